"""What a run finds is kept in its own place of docs/benchmarks.md."""

from pathlib import Path

import pytest

from tests.bench import report


def test_a_run_replaces_its_own_results_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = tmp_path / "benchmarks.md"
    kept.write_text(report.RESULTS.read_text())
    description = kept.read_text().partition(report.MARK)[0]
    monkeypatch.setattr(report, "RESULTS", kept)
    for round_ in ("first", "second"):
        for command in ("make bench", "make bench-peers"):
            report.keep(command, [f"{command}: {round_}", f'{{"{command}": 1}}'])
    text = kept.read_text()
    assert text.startswith(description)
    assert "first" not in text[len(description) :]
    assert text.index("make bench: second") < text.index("make bench-peers: second")
    assert text.count('```json\n{"make bench-peers": 1}\n```') == 1
