"""The wall's state is its address: read, written, and what nobody offers left out."""

import pytest
from werkzeug.datastructures import MultiDict

from webapp.pages import looks

FULL = "q=red+metal&type=sun&shape=round&shape=oval&sort=price&page=2&pick=ada.black&pick=bea.red"


def test_an_address_that_is_read_and_written_stays_the_same():
    look = looks.carried(FULL)

    assert look.query() == FULL
    assert not look.strange
    assert look.filtered


def test_a_plain_wall_has_a_plain_address():
    assert looks.read(MultiDict()).query() == ""
    assert looks.read(MultiDict([("q", " "), ("sort", "fit"), ("page", "1")])).query() == ""


@pytest.mark.parametrize(
    "query",
    ["shape=banana", "sort=random", "q=" + "x" * 200, "fits=no",
     "&".join(f"pick=ada.c{n}" for n in range(9)), "colour=%00", "price=-1"],
)  # fmt: skip
def test_what_nobody_offers_is_left_out_and_said(query: str):
    look = looks.carried(query)

    assert look.strange
    assert len(look.wanted.words) <= looks.LONGEST_SEARCH
    assert len(look.picks) <= looks.MOST_PICKS
    assert not look.filtered or look.wanted.words


@pytest.mark.parametrize("page", ["0", "-3", "x", "1e9", "", "9" * 50])
def test_a_page_of_nonsense_is_a_page(page: str):
    assert looks.read(MultiDict([("page", page)])).page >= 1


def test_picks_are_names_and_nothing_else():
    look = looks.carried("pick=../x&pick=ada.black&pick=ada.black&pick=<b>&pick=ada")

    assert look.picks == ("ada.black",)


def test_a_filter_taken_off_leaves_the_rest_and_goes_to_the_first_page():
    look = looks.carried(FULL)

    assert look.without("shape", "oval")["shape"] == ["round"]
    assert look.without("shape", "oval")["page"] is None
    assert look.cleared()["q"] is None
    assert look.cleared()["sort"] == "price"
    assert look.unpicked("ada.black")["pick"] == ["bea.red"]
