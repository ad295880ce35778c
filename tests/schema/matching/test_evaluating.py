"""`gof match evaluate`: files in, figures out, through import, matching and GraphQL; wrong files are named."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from schema.cli import app
from schema.evaluating import Measured, WrongSet, evaluate, read_set
from services.matching.quality import quality

TEXTS = {
    "en": "Training of teachers in rural schools to use artificial intelligence in class",
    "fr": "Formation des enseignants des écoles rurales à l’usage de l’intelligence artificielle en classe",
    "ru": "Обучение преподавателей сельских школ применению искусственного интеллекта на уроках",
}
OTHERS = {
    "river": ("en", "Early warning of floods along rivers with satellite data"),
    "fleuve": ("fr", "Alerte précoce des crues des fleuves par données satellitaires"),
    "mine": ("ru", "Безопасность работ в угольных шахтах"),
}


def written(folder: Path, name: str, lines: list[Any]) -> Path:
    path = folder / name
    path.write_text("\n".join(one if isinstance(one, str) else json.dumps(one) for one in lines), encoding="utf-8")
    return path


def files(folder: Path, **instead: list[Any]) -> tuple[Path, Path, Path]:
    lines: dict[str, list[Any]] = {
        "queries": [{"id": key, "language": key, "text": text} for key, text in TEXTS.items()],
        "docs": [
            *({"id": key, "language": key, "text": text} for key, text in TEXTS.items()),
            *({"id": key, "language": one, "title": text, "text": ""} for key, (one, text) in OTHERS.items()),
        ],
        "qrels": [{"query": own, "document": other} for own in TEXTS for other in TEXTS if own != other],
    } | instead
    queries, docs, qrels = (written(folder, f"{name}.jsonl", lines[name]) for name in ("queries", "docs", "qrels"))
    return queries, docs, qrels


@pytest.mark.slow
def test_texts_are_imported_asked_for_and_measured(tmp_path: Path) -> None:
    measured = evaluate(read_set(*files(tmp_path), "en"), lambda _: None)
    assert measured.whole.as_json() == quality({"q": ["d"]}, {"q": {"d": 1.0}}).as_json() | {"queries": 3}
    assert list(measured.pairs) == [(own, other) for own in TEXTS for other in TEXTS if own != other]
    assert len(measured.told()) == 1 + 1 + 6 + 1


def test_the_worst_pair_is_named(tmp_path: Path) -> None:
    good, bad = quality({"q": ["d"]}, {"q": {"d": 1}}), quality({"q": ["x", "d"]}, {"q": {"d": 1}})
    measured = Measured(good, {("en", "fr"): good, ("fr", "zh"): bad})
    assert measured.worst == ("fr", "zh")
    assert measured.as_json()["worstPair"] == ["fr", "zh"]
    assert measured.told()[-1] == "worst pair of languages by MRR: fr → zh"


@pytest.mark.parametrize(
    ("instead", "said"),
    [
        ({"queries": ["{"]}, "queries.jsonl, line 1: it is no JSON object."),
        ({"docs": ["[1]"]}, "docs.jsonl, line 1: it is no JSON object."),
        ({"docs": [{"id": "a", "text": " "}]}, "docs.jsonl, line 1: it has no text."),
        ({"docs": [{"text": "a"}]}, "docs.jsonl, line 1: it has no id."),
        ({"qrels": [{"query": "en"}]}, "qrels.jsonl, line 1: it has no document."),
        ({"qrels": [{"query": "en", "document": "xx"}]}, "qrels.jsonl, line 1: there is no text “xx”."),
        ({"qrels": [{"query": "en", "document": "fr", "relevance": 0}]}, "qrels.jsonl calls nothing relevant."),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, instead: dict[str, list[Any]], said: str) -> None:
    with pytest.raises(WrongSet) as error:
        read_set(*files(tmp_path, **instead), "en")
    assert error.value.message == said


def test_a_proposal_or_a_command_is_needed() -> None:
    done = CliRunner().invoke(app, ["match"])
    assert done.exit_code == 2
    assert "--external-id" in done.output
