"""Passages: a text is cut where sentences end, without loss, into a few; its first line stands alone."""

from hypothesis import given
from hypothesis import strategies as st

from services.core.passages import MOST, passages

LONG = "We train teachers in rural schools to use artificial intelligence in their lessons, with materials in their own language. "


def cut(text: str) -> list[str]:
    return [text[begin:end] for begin, end in passages(text)]


@given(st.text(alphabet="ab .!?。\n؟3中“”", max_size=900))
def test_passages_are_the_whole_text_in_order_and_few(text: str) -> None:
    found = cut(text)
    assert "".join(found) == text
    assert 1 <= len(found) <= MOST


def test_a_short_text_is_one_passage() -> None:
    assert cut("Training of teachers.") == ["Training of teachers."]


def test_the_title_stands_alone_and_sentences_stay_whole() -> None:
    rest = (LONG * 2).strip()
    found = cut(f"Teachers\n{rest}")
    assert found[0] == "Teachers\n"
    assert all(part.strip().endswith(".") for part in found[1:])
    assert len(cut("T\n" + LONG * 40)) == MOST


def test_a_number_is_not_cut_and_chinese_needs_no_blank() -> None:
    assert not any(
        part.startswith("5") for part in cut("It grew by 3.5 percent in the year that we speak of here. " * 8)
    )
    found = cut(
        "我们在农村学校培训教师使用人工智能技术，并提供本地语言的教学材料和在线辅导服务，帮助他们更好地开展课堂教学活动。"
        * 4
    )
    assert len(found) > 1
    assert all(part.endswith("。") for part in found)
