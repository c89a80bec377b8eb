"""A backup holds the shop and nobody's photo; restored, the shop is what it was then."""

import hashlib
import json
import re
import shutil
import stat
import threading
import zipfile
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine, Table, create_engine, select

from tests.factories import VISIT, FakeFinder, frame, keep, on_disk, photo, published, see_with
from tests.shoppers import EMAIL, PASSWORD
from webapp import create_app, storage
from webapp.errors import BackupIncomplete, BackupTooNew, LoginRefused, NotABackup, NotFound
from webapp.shop import accounts, api_keys, catalogue, figures, photos, sweep, tryons
from webapp.storage import backup, database, files, restore, schema
from webapp.storage.database import db, reading
from webapp.storage.every_table import Base
from webapp.storage.tables import Event, Image, Kind, Photo


@pytest.fixture(autouse=True)
def _shop(app: Flask, stock: Path, shop: object) -> None:
    """A shop with two frames that sees a face in every photo."""
    shutil.copytree(stock, app.instance_path, dirs_exist_ok=True)
    see_with(FakeFinder())


def other_shop(folder: Path) -> Flask:
    """A shop that is not even migrated."""
    folder.mkdir()
    return create_app({"TESTING": True, "INSTANCE_DIR": str(folder)})


def rows_of_the_catalogue() -> dict[str, list[str]]:
    """Return every kept row but the events, which counting folds."""
    with reading() as session:
        return {
            table.name: sorted(
                (
                    json.loads(json.dumps(row, default=str))
                    for row in backup.rows_of(session, table)
                ),
                key=str,
            )
            for table in backup.kept_tables()
            if table.name not in ("event", "folding", "tally", "admin")
        }


def test_every_table_is_kept_or_left_out_on_purpose() -> None:
    """A new table cannot be forgotten, and what hangs on a shopper's photo is never kept."""
    names = set(Base.metadata.tables)

    assert names == backup.KEPT | backup.LEFT_OUT
    assert not backup.KEPT & backup.LEFT_OUT
    for name in backup.KEPT:
        columns = Base.metadata.tables[name].columns
        assert "visit" not in columns
        targets = {key.column.table.name for column in columns for key in column.foreign_keys}
        assert targets <= backup.KEPT, name


def test_every_kind_of_picture_is_a_shoppers_or_the_shops() -> None:
    assert set(backup.SHOPPERS_KINDS) == {Kind.PHOTO, Kind.TRY_ON}
    assert set(Kind) - set(backup.SHOPPERS_KINDS) == {
        Kind.FRONT,
        Kind.LENSES,
        Kind.TEMPLE,
        Kind.PRODUCT,
        Kind.SOURCE,
        Kind.MODEL,
    }


def test_a_backup_brings_the_shop_back_on_another_machine(tmp_path: Path) -> None:
    accounts.create(EMAIL, PASSWORD, "owner")
    _, token = api_keys.create("till", attested=True)
    tried = keep()
    tryons.make(tried.token, VISIT, "ada", "black")
    figures.today()
    file = tmp_path / "shop.zip"
    backup.write(file)
    before, pictures = rows_of_the_catalogue(), {name: files.read(name) for name in on_disk()}

    with other_shop(tmp_path / "other").app_context():
        storage.migrate()
        restore.read(file)

        assert rows_of_the_catalogue() == before
        assert {name: files.read(name) for name in on_disk()}.items() < pictures.items()
        assert catalogue.picture("ada", "black")
        assert accounts.check(EMAIL, PASSWORD).role == "owner"
        assert api_keys.check(token).name == "till"
        assert photos.of_visit(VISIT) == []
        with reading() as session:
            assert len(session.scalars(select(Event)).all()) >= 2
        assert sweep.run().broken == ()
        published("new")  # rows are numbered after the restored ones
        database.dispose()


def test_a_backup_holds_nothing_of_any_shopper(tmp_path: Path) -> None:
    kept = keep()
    made = tryons.make(kept.token, VISIT, "ada", "black")
    of_shoppers = {photos.jpeg(kept.token, VISIT), tryons.jpeg(made.token, VISIT)}
    with reading() as session:
        query = select(Image.file).where(Image.kind.in_(backup.SHOPPERS_KINDS))
        names = set(session.scalars(query))
    assert len(names) == 2
    file = tmp_path / "shop.zip"

    backup.write(file)

    with zipfile.ZipFile(file) as archive:
        everything = b"\n".join(
            member.encode() + archive.read(member) for member in archive.namelist()
        )
    for secret in (*of_shoppers, *(text.encode() for text in (*names, kept.token, VISIT))):
        assert secret not in everything
    assert b"ada" in everything


def test_a_backup_is_the_owners_alone_and_leaves_no_draft(tmp_path: Path) -> None:
    file = tmp_path / "shop.zip"

    backup.write(file)

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(tmp_path.glob("shop.zip*")) == [file]


def test_a_backup_under_load_fits_together(app: Flask, tmp_path: Path) -> None:
    """While photos come and go and frames are added, each backup is one state of the shop."""
    stop, errors = threading.Event(), []

    def work(number: int) -> None:
        with app.app_context():
            turn = 0
            while not stop.is_set():
                turn += 1
                try:
                    if number:
                        kept = keep(photo(seed=number), visit := f"visit-{number}")
                        tryons.make(kept.token, visit, "ada", "black")
                        photos.delete(kept.token, visit)
                    else:
                        published(f"frame-{turn}", ("black",))
                except Exception as error:
                    errors.append(error)

    threads = [threading.Thread(target=work, args=[number]) for number in range(3)]
    for thread in threads:
        thread.start()
    made = [tmp_path / f"{number}.zip" for number in range(4)]
    for file in made:
        backup.write(file)
    stop.set()
    for thread in threads:
        thread.join()

    assert errors == []
    with other_shop(tmp_path / "other").app_context():
        storage.migrate()
        for file in made:
            restore.read(file)
            with reading() as session:
                named = set(session.scalars(select(Image.file)))
            assert named <= on_disk()
            assert all(frame.variants for frame in catalogue.published())
            assert sweep.run().lost == 0
        database.dispose()


def test_restoring_takes_the_place_of_everything(tmp_path: Path, app: Flask) -> None:
    """What came after the backup is gone: frames, people, photos, and their files after a while."""
    file = tmp_path / "shop.zip"
    backup.write(file)
    before = on_disk()
    frame("later")
    accounts.create(EMAIL, PASSWORD, "owner")
    kept = keep()

    restore.read(file)

    assert [one.slug for one in catalogue.all_frames()] == ["ada", "bea"]
    with pytest.raises(LoginRefused):
        accounts.check(EMAIL, PASSWORD)
    with pytest.raises(NotFound):
        photos.get(kept.token, VISIT)
    app.config["SWEEP_GRACE_MINUTES"] = -1
    sweep.run()
    assert on_disk() == before


def test_restoring_signs_everybody_out(tmp_path: Path) -> None:
    """A session that was ended after the backup must not come back to life with it."""
    owner = accounts.create(EMAIL, PASSWORD, "owner")
    file = tmp_path / "shop.zip"
    backup.write(file)

    restore.read(file)

    with pytest.raises(NotFound):
        accounts.by_session(owner.id, owner.session_version)
    assert accounts.check(EMAIL, PASSWORD).session_version > owner.session_version


def test_an_older_backup_is_brought_up_to_date(tmp_path: Path) -> None:
    """Made by the version whose schema was 0005: tables and columns have come since."""
    old = tmp_path / "old.sqlite"
    engine = database_of(old)
    database.migrate(engine, "0005")
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO admin (email, password_hash, role, session_version, created_at) "
            f"VALUES ('{EMAIL}', '', 'owner', 1, '2026-01-01 00:00:00')"
        )
        row = connection.exec_driver_sql("SELECT * FROM admin").mappings().one()
    engine.dispose()
    file = tmp_path / "old.zip"
    line = json.dumps(dict(row)).encode() + b"\n"
    forge(file, {"tables/admin.jsonl": line}, revision="0005")

    restore.read(file)

    assert catalogue.all_frames() == []
    with reading() as session:
        assert [one["email"] for one in backup.rows_of(session, table_of("admin"))] == [EMAIL]


def database_of(path: Path) -> Engine:
    """Return an engine for a SQLite file, set up as the shop's own."""
    engine = create_engine(f"sqlite:///{path}")
    database.listen(engine)
    return engine


def table_of(name: str) -> Table:
    """Return a table."""
    return Base.metadata.tables[name]


def forge(file: Path, holds: dict[str, bytes], **changes: object) -> None:
    """Write a backup by hand; `changes`: to its manifest."""
    digests = {name: hashlib.sha256(data).hexdigest() for name, data in holds.items()}
    (revision,) = schema.heads()
    told = {"format": backup.FORMAT, "version": 1, "revision": revision, "members": digests}
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in holds.items():
            archive.writestr(name, data)
        archive.writestr(backup.MANIFEST, json.dumps({**told, **changes}))


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"format": "cookbook"}, NotABackup),
        ({"version": 2}, BackupTooNew),
        ({"revision": "9999"}, BackupTooNew),
        ({"members": {"tables/frame.jsonl": "0" * 64}}, NotABackup),
        ({"members": None}, NotABackup),
    ],
    ids=["foreign", "later format", "later schema", "member missing", "no members"],
)
def test_what_is_no_backup_of_ours_changes_nothing(
    tmp_path: Path, change: dict[str, object], refusal: type[Exception]
) -> None:
    file = tmp_path / "file.zip"
    forge(file, {}, **change)

    with pytest.raises(refusal):
        restore.read(file)

    assert [one.slug for one in catalogue.all_frames()] == ["ada", "bea"]


def test_a_member_with_a_path_of_its_own_is_refused(tmp_path: Path) -> None:
    """No backup writes beside the folder of pictures."""
    file = tmp_path / "file.zip"
    forge(file, {"files/../../evil.jpg": b"x"})

    with pytest.raises(NotABackup):
        restore.read(file)

    assert not list(tmp_path.rglob("evil.jpg"))


@pytest.mark.parametrize("share", [0.2, 0.6, 0.97])
def test_a_damaged_backup_changes_nothing(tmp_path: Path, share: float) -> None:
    file = tmp_path / "shop.zip"
    backup.write(file)
    data = bytearray(file.read_bytes())
    at = int(len(data) * share)
    data[at : at + 64] = bytes(64)
    file.write_bytes(data)
    frame("later")

    with pytest.raises(NotABackup):
        restore.read(file)

    assert len(catalogue.all_frames()) == 3


@pytest.mark.parametrize(("at", "value"), [(6, 1), (8, 99)], ids=["encrypted", "packed anew"])
def test_what_cannot_be_unpacked_is_no_backup(tmp_path: Path, at: int, value: int) -> None:
    """Flags and method of every member, in its own header and in the ZIP's list."""
    file = tmp_path / "shop.zip"
    backup.write(file)
    data = bytearray(file.read_bytes())
    with zipfile.ZipFile(file) as archive:
        starts = [entry.header_offset for entry in archive.infolist()]
    listed = [one.start() for one in re.finditer(b"PK\x01\x02", data)]
    for place in [*(start + at for start in starts), *(start + at + 2 for start in listed)]:
        data[place] = value
    file.write_bytes(data)

    with pytest.raises(NotABackup, match="encrypted, or packed"):
        restore.read(file)


def test_damaged_rows_are_no_fault_of_ours(tmp_path: Path) -> None:
    """Rows are deflated: what is damaged in them is told by zlib, not by the ZIP."""
    file = tmp_path / "shop.zip"
    backup.write(file)
    whole = file.read_bytes()
    with zipfile.ZipFile(file) as archive:
        entry = archive.getinfo("tables/variant.jsonl")
    start = entry.header_offset + 30 + len(entry.filename)

    for at in range(start, start + entry.compress_size, 7):
        file.write_bytes(whole[:at] + bytes([whole[at] ^ 0x5A]) + whole[at + 1 :])
        with pytest.raises(NotABackup):
            restore.read(file)


def test_killed_before_the_end_a_restore_has_changed_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "shop.zip"
    backup.write(file)
    frame("later")

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(restore, "mend_sequences", die)
    with pytest.raises(KeyboardInterrupt):
        restore.read(file)

    assert len(catalogue.all_frames()) == 3
    assert sweep.run().broken == ()


def test_a_backup_that_lacks_a_picture_is_not_made(tmp_path: Path) -> None:
    with reading() as session:
        files.remove(session.scalars(select(Image.file)).first() or "")
    file = tmp_path / "shop.zip"

    with pytest.raises(BackupIncomplete):
        backup.write(file)

    assert list(tmp_path.glob("shop.zip*")) == []


def test_the_commands_say_what_they_did(app: Flask, tmp_path: Path) -> None:
    commands = app.test_cli_runner()
    file = tmp_path / "shop.zip"

    made = commands.invoke(args=["backup", str(file)])
    asked = commands.invoke(args=["restore", str(file)], input="n\n")
    done = commands.invoke(args=["restore", "--yes", str(file)])
    foreign = commands.invoke(args=["restore", "--yes", __file__])
    nowhere = commands.invoke(args=["backup", "/proc/nowhere/shop.zip"])

    assert (made.exit_code, made.output) == (0, f"{file}: 2 frames, 12 pictures\n")
    assert asked.exit_code == 1
    assert done.output == "Restored: 2 frames, 0 admins\n"
    assert "is no backup of this shop: no ZIP" in foreign.output
    assert "can't be written" in nowhere.output


def test_deleted_rows_are_in_no_file_after_the_sweep() -> None:
    """Neither in the database nor in its write-ahead log, though connections stay open."""
    kept = keep(visit=(visit := "a-visit-that-must-not-be-found"))
    path = Path(db.engine.url.database or "")
    wal = path.with_name(f"{path.name}-wal")
    assert visit.encode() in path.read_bytes() + wal.read_bytes()

    photos.delete(kept.token, visit)
    sweep.run()

    assert visit.encode() not in path.read_bytes() + wal.read_bytes()
    with reading() as session:
        assert session.scalars(select(Photo)).all() == []
