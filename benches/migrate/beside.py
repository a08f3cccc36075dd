"""Alembic's side: the same tables and the same revisions. Prints the seconds of its own work; the interpreter's start is not in them."""

import io
import logging
import pathlib
import sys
import time


def models(count, checks):
    import sqlalchemy as sa
    from sqlalchemy.dialects.mysql import LONGTEXT

    metadata = sa.MetaData()
    for i in range(count):
        name = f"t{i:04}"
        parts = [
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("name", sa.String(64), nullable=False),
            sa.Column("code", sa.String(20)),
            sa.Column("amount", sa.Integer, nullable=False),
            sa.Column("price", sa.Numeric(10, 2)),
            sa.Column("created", sa.DateTime),
            sa.Column("note", sa.Text().with_variant(LONGTEXT(), "mysql")),
            sa.Column("flag", sa.Boolean),
            sa.Column("parent_id", sa.Integer),
            sa.Column("total", sa.BigInteger),
            sa.Index(f"ix_{name}_name", "name"),
            sa.UniqueConstraint("code", name=f"uq_{name}_code"),
        ]
        if i > 0:
            parts.append(sa.ForeignKeyConstraint(["parent_id"], [f"t{i - 1:04}.id"], name=f"fk_{name}_parent_id"))
        if checks:
            parts.append(sa.CheckConstraint("name <> ''", name=f"ck_{name}_name"))
            parts.append(sa.CheckConstraint("amount >= 0 AND amount < 1000000", name=f"ck_{name}_amount"))
        sa.Table(name, metadata, *parts)
    return metadata


def check(url, count, kind):
    import sqlalchemy as sa
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    metadata = models(int(count), kind == "checks")
    with sa.create_engine(url).connect() as connection:
        # What Flask-Migrate compares: server defaults and checks are not looked at.
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        start = time.perf_counter()
        found = compare_metadata(context, metadata)
        took = time.perf_counter() - start
    if found:
        sys.exit(f"{len(found)} differences, the first: {found[0]}")
    print(took)


def write(folder, count):
    folder = pathlib.Path(folder)
    (folder / "versions").mkdir(parents=True)
    (folder / "env.py").write_text(
        "from alembic import context\n"
        "import sqlalchemy as sa\n"
        "engine = sa.create_engine(context.config.get_main_option('sqlalchemy.url'))\n"
        "with engine.connect() as connection:\n"
        "    context.configure(connection=connection, target_metadata=None)\n"
        "    with context.begin_transaction():\n"
        "        context.run_migrations()\n"
    )
    before = None
    for i in range(int(count)):
        rev = f"{i:012x}"
        if i % 2 == 0:
            body = (
                f"    op.create_table('t{i:04}', sa.Column('id', sa.Integer(), primary_key=True),\n"
                "        sa.Column('name', sa.String(64), nullable=False), sa.Column('note', sa.Text()))\n"
            )
        else:
            body = f"    op.add_column('t{i - 1:04}', sa.Column('added', sa.Integer()))\n"
        (folder / "versions" / f"{rev}_change.py").write_text(
            f'"""change"""\nfrom alembic import op\nimport sqlalchemy as sa\n\nrevision = {rev!r}\ndown_revision = {before!r}\n'
            f"branch_labels = None\ndepends_on = None\n\n\ndef upgrade():\n{body}\n\ndef downgrade():\n    pass\n"
        )
        before = rev


def upgrade(folder, url):
    import sqlalchemy as sa
    from alembic import command
    from alembic.config import Config

    logging.disable(logging.CRITICAL)
    config = Config(output_buffer=io.StringIO())
    config.set_main_option("script_location", folder)
    config.set_main_option("sqlalchemy.url", url)
    start = time.perf_counter()
    command.upgrade(config, "head")
    took = time.perf_counter() - start
    with sa.create_engine(url).connect() as connection:
        tables = len(sa.inspect(connection).get_table_names()) - 1
    revisions = len(list(pathlib.Path(folder, "versions").glob("*.py")))
    if tables != (revisions + 1) // 2:
        sys.exit(f"{tables} tables after {revisions} revisions")
    print(took)


def versions():
    from importlib.metadata import version

    names = ["alembic", "SQLAlchemy", "psycopg", "PyMySQL"]
    print(f"Python {sys.version.split()[0]}, " + ", ".join(f"{name} {version(name)}" for name in names))


globals()[sys.argv[1]](*sys.argv[2:])
