"""SQLAlchemy's share of the benchmark: reads one piece of work per line, does it, answers with the rows that it handled.

`python beside.py URL`; a line is `WORK TIMES ARGUMENT`, the answer `ok ROWS` or `error TEXT`. The benchmark holds the clock.
"""

import sys

from sqlalchemy import ForeignKey, String, create_engine, event, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship, selectinload

POSTS = 10


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    hair_color: Mapped[str | None] = mapped_column(String(100))
    posts: Mapped[list["Post"]] = relationship(back_populates="author")


class Post(Base):
    __tablename__ = "posts"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    title: Mapped[str] = mapped_column(String(100))
    author: Mapped[User] = relationship(back_populates="posts")


class Bench:
    def __init__(self, url):
        self.engine = create_engine(url)
        if url.startswith("sqlite"):
            event.listen(self.engine, "connect", self.pragmas)
        self.kept = None
        self.count = 0

    @staticmethod
    def pragmas(connection, _):
        connection.execute("PRAGMA synchronous = normal")
        connection.execute("PRAGMA foreign_keys = on")

    def session(self):
        # Objects stay as they are after a commit, as those of Rebis do.
        return Session(self.engine, expire_on_commit=False)

    def users(self, count):
        return [User(name=f"User {i}", hair_color="black" if i % 2 == 0 else None) for i in range(count)]

    def load(self, _):
        with self.session() as session:
            return len(session.scalars(select(User)).all())

    def get(self, ids):
        found = 0
        for key in ids:
            with self.session() as session:
                found += session.get(User, key) is not None
        return found

    def insert(self, counts):
        with self.session() as session:
            users = self.users(counts[0])
            session.add_all(users)
            session.commit()
            return sum(user.id > 0 for user in users)

    def graph(self, counts):
        with self.session() as session:
            users = self.users(counts[0])
            for user in users:
                user.posts = [Post(title=f"Post number {i}") for i in range(POSTS)]
            session.add_all(users)
            session.commit()
            return sum(user.id > 0 for user in users) * (1 + POSTS)

    def relations(self, _):
        with self.session() as session:
            users = session.scalars(select(User).options(selectinload(User.posts))).all()
            return len(users) + sum(len(user.posts) for user in users)

    def prepare(self, _):
        self.forget(_)
        session = self.session()
        users = session.scalars(select(User).order_by(User.id)).all()
        session.commit()
        self.kept = (session, users)
        return 0

    def forget(self, _):
        if self.kept:
            self.kept[0].close()
            self.kept = None
        return 0

    def update(self, ids):
        self.count += 1
        session, users = self.kept
        for key in ids:
            users[key - 1].hair_color = f"sqlalchemy {self.count}"
        session.commit()
        return len(ids)

    def hit(self, ids):
        session, _ = self.kept
        return sum(session.get(User, key) is not None for key in ids)


def main():
    bench = Bench(sys.argv[1])
    for line in sys.stdin:
        try:
            work, times, argument = (line.split() + [""])[:3]
            numbers = [int(n) for n in argument.split(",") if n]
            rows = sum(getattr(bench, work)(numbers) for _ in range(int(times)))
            print("ok", rows, flush=True)
        except Exception as error:  # the benchmark ends with it
            print("error", repr(error).replace("\n", " "), flush=True)


main()
