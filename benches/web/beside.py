"""Flask's side: the same addresses, the same template, the same table."""

import os

from flask import Flask, abort, jsonify, render_template, request
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event
from sqlalchemy.orm import Mapped, mapped_column

app = Flask(__name__)
app.config["SQLALCHEMY_DATABASE_URI"] = os.environ["BENCH_DATABASE"]
db = SQLAlchemy(app)


class User(db.Model):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(db.String(64))
    email: Mapped[str] = mapped_column(db.String(120))


with app.app_context():
    if db.engine.dialect.name == "sqlite":

        @event.listens_for(db.engine, "connect")
        def pragmas(connection, _):
            connection.execute("PRAGMA journal_mode = wal")
            connection.execute("PRAGMA synchronous = normal")


@app.get("/users/<int:id>")
def show(id):
    user = db.session.get(User, id) or abort(404)
    return jsonify(id=user.id, username=user.username, email=user.email)


@app.get("/page/<int:after>")
def page(after):
    users = db.session.scalars(db.select(User).where(User.id > after).order_by(User.id).limit(20)).all()
    return render_template("page.html", users=users)


@app.post("/users")
def create():
    sent = request.get_json()
    user = User(username=sent["username"], email=sent["email"])
    db.session.add(user)
    db.session.commit()
    return jsonify(id=user.id), 201
