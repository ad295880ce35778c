"""`gof match`: who could cooperate with whom, and how good that ranking is."""

from pathlib import Path
from typing import Annotated

import typer

from schema.bars import progress_bars
from schema.saying import Json, say, show

match = typer.Typer(help="Rank partners for a need or an offer, or measure how good the ranking is.")

Texts = Annotated[
    Path, typer.Argument(help="JSONL: id, text, perhaps title and language.", exists=True, dir_okay=False)
]
Judgements = Annotated[
    Path, typer.Argument(help="JSONL: query, document, perhaps relevance (1).", exists=True, dir_okay=False)
]


@match.callback(invoke_without_command=True)
def ranking(
    context: typer.Context,
    delegation: Annotated[str, typer.Option(help="ISO 3166-1 alpha-3 code of the state whose proposal it is.")] = "",
    external_id: Annotated[str, typer.Option(help="The delegation's own number of the proposal.")] = "",
    first: Annotated[int, typer.Option(help="How many, 1 to 100.")] = 20,
    json: Json = False,
) -> None:
    """Rank partners for a need or an offer, as its delegation sees them, with score and reasons."""
    from schema import matches

    if context.invoked_subcommand is not None:
        return
    if not (delegation and external_id):
        raise typer.BadParameter("which proposal? Give --delegation and --external-id, or a command.")
    found = matches.ranked(delegation, external_id, first, say)
    if json:
        show(matches.as_document(found))
    else:
        for sentence in matches.told(found):
            typer.echo(sentence)


@match.command("evaluate")
def evaluation(
    queries: Texts,
    docs: Texts,
    qrels: Judgements,
    language: Annotated[str, typer.Option(help="The language of texts that name none, a tag of BCP 47.")] = "en",
    json: Json = False,
) -> None:
    """Measure the ranking of texts against judgements: nDCG@10, recall, MRR, and the worst pair of languages.

    The queries become needs and the documents offers of a database that is gone afterwards, and nothing but the texts
    differs between them. Yours is not touched.
    """
    from schema import evaluating

    chosen = evaluating.read_set(queries, docs, qrels, language)
    with progress_bars() as bars:
        asking = bars.add_task("asking for matches", total=None)
        measured = evaluating.evaluate(
            chosen, say, lambda done, total: bars.update(asking, completed=done, total=total)
        )
    if json:
        show(measured.as_json())
    else:
        for line in measured.told():
            typer.echo(line)


@match.command("verify")
def verification(
    allocation_round: Annotated[str, typer.Argument(metavar="ROUND", help="Its id, or that of one computation of it.")],
    json: Json = False,
) -> None:
    """Solve an allocation round's frozen input again, by two solvers; exit 1, naming what differs, if anything does."""
    from schema import round_checking

    checked = round_checking.verify(allocation_round, say)
    if json:
        show({"findings": checked.findings, "certificate": checked.certificate})
    else:
        for line in round_checking.told(checked):
            typer.echo(line)
    if checked.findings:
        raise typer.Exit(1)
