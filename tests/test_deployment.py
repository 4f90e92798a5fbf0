"""What DEPLOY.md, Dockerfile and compose.yaml say, held against the desk and against each other."""

from __future__ import annotations

import re

import pytest

from app.settings import Settings
from app.web.routes import routes
from tests.assumptions import ROOT

DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
DEPLOY = (ROOT / "DEPLOY.md").read_text("utf-8")
COMPOSE = (ROOT / "compose.yaml").read_text("utf-8")
WORLD = ("/netcash/", "/pay/", "/static/")


def services() -> dict[str, str]:
    """The text of each service; the file is plain enough to be read without a parser."""
    inside = COMPOSE.partition("\nservices:\n")[2].partition("\nvolumes:\n")[0]
    parts = re.split(r"^  (\w+):\n", inside, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def instructions(name: str) -> list[str]:
    whole = DOCKERFILE.replace("\\\n", " ")
    return [line.partition(" ")[2] for line in whole.splitlines() if line.startswith(f"{name} ")]


def test_what_is_copied_into_the_image_is_there_and_is_let_in() -> None:
    let_in = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    for copied in instructions("COPY"):
        source = copied.split()[0]
        assert (ROOT / source).exists(), source
        assert f"!{source}" in let_in, source


def test_the_image_is_not_run_by_root_and_says_how_it_is() -> None:
    assert instructions("USER") == ["10001:10001"]
    last = [line.split(" ")[0] for line in DOCKERFILE.splitlines() if line and line[0].isupper()]
    assert "RUN" not in last[last.index("USER") :]
    [check] = instructions("HEALTHCHECK")
    assert "/healthz" in check
    assert instructions("ENTRYPOINT") == ['["python", "-m", "app"]']


def test_packages_go_into_the_image_by_their_hashes_alone() -> None:
    installs = [line for line in instructions("RUN") if "pip install" in line]
    assert installs
    assert all("--require-hashes" in line for line in installs)


@pytest.mark.parametrize("name", ["web", "worker"])
def test_a_container_of_ours_may_write_its_data_and_nothing_else(name: str) -> None:
    service = services()[name]
    for said in (
        "    read_only: true\n",
        "    cap_drop:\n      - ALL\n",
        "    security_opt:\n      - no-new-privileges:true\n",
        "    volumes:\n      - desk:/data\n",
    ):
        assert said in service
    assert "privileged:" not in service
    assert all(port.startswith("127.0.0.1:") for port in re.findall(r'- "([\d.:]+)"', service))


def test_no_secret_stands_in_the_files_that_are_committed() -> None:
    for line in COMPOSE.splitlines():
        if "PASSWORD" in line or "postgresql://" in line:
            assert "${DATABASE_PASSWORD:?" in line, line
    assert {"web", "worker", "database"} == set(services())
    assert "ports:" not in services()["database"]


def test_every_setting_that_is_named_exists() -> None:
    named = re.findall(r"^\| (`[A-Z_`, ]+`) \|", DEPLOY, re.MULTILINE)
    settings = {name for cell in named for name in re.findall(r"[A-Z_]{4,}", cell)}
    assert settings
    assert settings <= {name.upper() for name in Settings.model_fields}


def test_the_proxy_lets_the_world_to_customers_addresses_alone() -> None:
    found = re.findall(r"location (\S+)\s+\{(.*?)\}", DEPLOY, re.DOTALL)
    open_to_all = {path for path, inside in found if "deny all" not in inside}
    assert open_to_all == {*WORLD}
    customers = {"callback-receive", "return-page", "notification", "pay", "static"}
    for line in routes(None):
        assert line.path.startswith(WORLD) or line.name not in customers, line.path
        if line.path.startswith(WORLD):
            assert line.is_open_to(None), line.path


def test_the_proxy_is_believed_for_one_client_at_a_time() -> None:
    assert "X-Forwarded-For $remote_addr;" in DEPLOY
    assert "proxy_set_header X-Forwarded-For $proxy_add" not in DEPLOY
