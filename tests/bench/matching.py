"""`make bench-matching`: how good the ranking is on the sets of ``matching_sets``, and what the index costs."""

import sys
from pathlib import Path

from schema.evaluating import evaluate, read_set
from tests.bench import matching_index

SETS = Path(__file__).with_name("matching_sets")


def main() -> None:
    """Print a table for each set, and one of the index at several sizes."""
    for folder in sorted(one for one in SETS.iterdir() if one.is_dir()):
        queries, documents, judgements = (folder / f"{name}.jsonl" for name in ("queries", "docs", "qrels"))
        measured = evaluate(read_set(queries, documents, judgements, "en"), lambda _: None)
        sys.stdout.write("\n".join([f"== {folder.name} ==", *measured.told(), ""]) + "\n")
    matching_index.main()


if __name__ == "__main__":
    main()
