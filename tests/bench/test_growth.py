"""What growth comes to is told as a table and drawn as a plot."""

from xml.etree import ElementTree

from tests.bench.growth import CLIENTS, PARTS, Grown, plot, table
from tests.bench.rounds import Figures
from tests.large.data import smaller


def grown() -> Grown:
    """An operation that costs three times as much on the largest data, and one that costs the same."""
    cost = {"search": {100: 1.0, 10: 2.0, 1: 3.0}, "labs": {100: 1.0, 10: 1.0, 1: 1.0}}
    return {
        (name, part, clients): Figures(app=[by[part]], postgres=[0.0], latencies=[5.0, 5.0], seconds=1.0)
        for name, by in cost.items()
        for part in PARTS
        for clients in CLIENTS
    }


def test_the_table_tells_the_growth_of_each_operation_and_number_of_clients() -> None:
    _, _, *rows, _ = table(["search", "labs"], PARTS, grown())
    assert len(rows) == 6
    assert rows[0] == "| search | 1 | 1.000 | 2.000 | 3.000 | 3.00 | 5.0 | 5.0 | 5.0 |"
    assert "| 1.00 |" in rows[-1]


def test_the_plot_is_an_svg_with_a_line_for_each_operation() -> None:
    drawn = ElementTree.fromstring(plot(["search", "labs"], PARTS, grown(), 8))
    lines = [one.attrib["points"].split() for one in drawn if one.tag.endswith("polyline")]
    heights = [[float(point.split(",")[1]) for point in line] for line in lines]
    assert heights[0] == sorted(heights[0], reverse=True)
    assert heights[0][0] > heights[0][-1]
    assert len(set(heights[1])) == 1


def test_smaller_data_keep_their_proportions() -> None:
    whole, tenth, hundredth = (smaller(part) for part in (1, 10, 100))
    assert (whole.practices, tenth.practices, hundredth.practices) == (100_000, 10_000, 1_000)
    for size in (whole, tenth, hundredth):
        assert size.proposals == 2 * size.practices
        assert all(amount % size.step == 0 for amount in (size.cooperations, size.practices, size.proposals))
