"""The models of this example as Flask-SQLAlchemy has them, for the test that hands databases over from one side to the other."""

import os
from datetime import datetime, timezone
from typing import Optional

import sqlalchemy as sa
import sqlalchemy.orm as so
from flask import Flask
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy

app = Flask(__name__)
app.config["SQLALCHEMY_DATABASE_URI"] = os.environ["FLASK_DATABASE_URL"]
db = SQLAlchemy(app)
migrate = Migrate(app, db)

# SQLite counts an INTEGER key only.
Key = sa.BigInteger().with_variant(sa.Integer, "sqlite")


class User(db.Model):
    id: so.Mapped[int] = so.mapped_column(Key, primary_key=True)
    username: so.Mapped[str] = so.mapped_column(sa.String(64), index=True, unique=True)
    email: so.Mapped[str] = so.mapped_column(sa.String(120), index=True, unique=True)
    password_hash: so.Mapped[Optional[str]] = so.mapped_column(sa.String(256))


class Post(db.Model):
    id: so.Mapped[int] = so.mapped_column(Key, primary_key=True)
    body: so.Mapped[str] = so.mapped_column(sa.String(140))
    timestamp: so.Mapped[datetime] = so.mapped_column(
        sa.DateTime(timezone=True), index=True, default=lambda: datetime.now(timezone.utc)
    )
    user_id: so.Mapped[int] = so.mapped_column(sa.BigInteger, sa.ForeignKey(User.id), index=True)
