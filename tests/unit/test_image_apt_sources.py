from pathlib import Path

import pytest

from images.apt_sources import read_sources, sources_for_suite
from images.errors import BuildError

DEB822 = """\
# The archive.
Types: deb deb-src
URIs: http://mirror.example/d
Suites: bookworm bookworm-updates bookworm-backports
Components: main contrib
Signed-By: /usr/share/keyrings/archive.gpg

Types: deb
# URIs: http://old.example/d
URIs: http://security.example/s
Suites: bookworm-security
Components: main
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 mQINBF
 -----END PGP PUBLIC KEY BLOCK-----
"""
ONE_LINE = """\
# deb http://commented.example/d bookworm main
deb [arch=amd64,arm64 signed-by=/etc/apt/a.gpg] http://mirror.example/d bookworm main contrib # x
deb-src http://mirror.example/d bookworm main
deb\thttp://mirror.example/d   bookworm-updates\tmain
deb cdrom:[Debian 12 disc 1]/ bookworm main
"""


@pytest.fixture
def apt(tmp_path: Path) -> Path:
    (tmp_path / "sources.list.d").mkdir()
    return tmp_path


def test_deb822_sources_keep_the_suites_of_the_image_alone(apt: Path):
    (apt / "sources.list.d" / "debian.sources").write_text(DEB822)
    expected = """\
Types: deb
Uris: http://mirror.example/d
Suites: bookworm bookworm-updates
Components: main contrib
Signed-By: /usr/share/keyrings/archive.gpg

Types: deb
Uris: http://security.example/s
Suites: bookworm-security
Components: main
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 mQINBF
 -----END PGP PUBLIC KEY BLOCK-----
"""
    assert expected == sources_for_suite("bookworm", apt)


def test_one_line_sources_become_the_same_form(apt: Path):
    (apt / "sources.list").write_text(ONE_LINE)
    expected = """\
Architectures: amd64 arm64
Signed-By: /etc/apt/a.gpg
Types: deb
Uris: http://mirror.example/d
Suites: bookworm
Components: main contrib

Types: deb
Uris: http://mirror.example/d
Suites: bookworm-updates
Components: main
"""
    assert expected == sources_for_suite("bookworm", apt)


def test_both_formats_are_read_together(apt: Path):
    (apt / "sources.list").write_text("deb http://a.example/d bookworm main\n")
    (apt / "sources.list.d" / "b.list").write_text("deb http://b.example/d bookworm main\n")
    (apt / "sources.list.d" / "c.sources").write_text(DEB822)
    uris = [stanza["uris"] for stanza in read_sources(apt)]
    hosts = ["a.example/d", "b.example/d", "mirror.example/d", "security.example/s"]
    assert [f"http://{host}" for host in hosts] == uris


@pytest.mark.parametrize(
    "text",
    [
        "",
        "deb http://a.example/d sid main\n",
        "deb http://a.example/d bookworm-updates main\n",
        "deb-src http://a.example/d bookworm main\n",
        # Another vendor's repository with the suite's name.
        "deb http://vendor.example/d bookworm stable\n",
        "# deb http://a.example/d bookworm main\n",
    ],
)
def test_without_a_source_for_the_suite_the_error_says_where_to_add_one(apt: Path, text: str):
    (apt / "sources.list").write_text(text)
    with pytest.raises(BuildError, match=r"no package source for 'bookworm'.*sources\.list\.d"):
        sources_for_suite("bookworm", apt)


@pytest.mark.parametrize("value", ["no", "No", "false"])
def test_a_source_that_is_switched_off_does_not_count(apt: Path, value: str):
    text = DEB822.replace("Types: deb deb-src", f"Enabled: {value}\nTypes: deb")
    (apt / "sources.list.d" / "debian.sources").write_text(text)
    with pytest.raises(BuildError, match="no package source"):
        sources_for_suite("bookworm", apt)


def test_files_with_other_endings_are_not_read(apt: Path):
    (apt / "sources.list.d" / "debian.sources.disabled").write_text(DEB822)
    assert [] == read_sources(apt)


def test_another_release_comes_from_the_archives_of_the_one_that_the_host_knows(apt: Path):
    (apt / "sources.list.d" / "debian.sources").write_text(DEB822)
    found = sources_for_suite("trixie", apt)
    assert sources_for_suite("bookworm", apt).replace("bookworm", "trixie") == found


def test_a_source_of_its_own_comes_before_those_of_another_release(apt: Path):
    (apt / "sources.list.d" / "debian.sources").write_text(DEB822)
    (apt / "sources.list").write_text("deb http://own.example/d trixie main\n")
    assert "mirror.example" not in sources_for_suite("trixie", apt)
