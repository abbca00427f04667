"""`danvan eval`: how well the program reads, measured on the golden set or on staff's corrections; refitting."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from danvan.cli.app import Command, app
from danvan.cli.opening import reading, settings
from danvan.cli.output import JsonOption, console, print_json, print_table, say
from foundation.errors import UsageError
from foundation.words import GRADES, ROLES

if TYPE_CHECKING:
    from analysis.evaluation import Evaluation, Example

NAMES = {
    "core+related": "Trọng tâm + liên quan",
    "all_topics": "mọi chủ đề",
    "mention": "tìm thấy",
    "documents": "tìm thấy (có số)",
    "roles": "đúng vai trò",
    "new": "mới hay không",
    "date": "ngày",
    "issuer": "cơ quan",
    "kind": "loại",
    "place": "nơi",
    "symbol": "ký hiệu",
    "term": "khóa",
    "year": "năm",
}
GOLDEN = Path(__file__).parents[2] / "tests" / "golden"


@app.command("eval", cls=Command)
def evaluate(
    *,
    golden: Annotated[Path, typer.Option(metavar="THƯ_MỤC", help="Bài mẫu.")] = GOLDEN,
    from_archive: Annotated[
        bool, typer.Option("--from-archive", help="Đo theo ý kiến nhân viên đã ghi trong kho.")
    ] = False,
    refit: Annotated[Path | None, typer.Option(help="Chỉnh trọng số theo bài mẫu và ý kiến, ghi ra tệp này.")] = None,
    real: Annotated[
        Path | None,
        typer.Option(
            metavar="THƯ_MỤC",
            help="Bài báo thật đã xếp mức (items*.jsonl, labels*.jsonl); mặc định theo DANVAN_REAL_TEXTS.",
        ),
    ] = None,
    misses: Annotated[bool, typer.Option("--misses", help="Nêu từng bài chấm khác.")] = False,
    as_json: JsonOption = False,
) -> int:
    """Đo độ đúng: độ chính xác, độ phủ, F1 theo mức, chủ đề và văn bản được nhắc; so với mức sàn phải giữ."""
    examples = _corrections() if from_archive else _golden(golden)
    if refit is not None:
        tuned = [example for example in _golden(golden) if example.split == "tune"]  # the others only measure
        _refit(refit, tuned + (examples if from_archive else _corrections()), as_json=as_json)
        return 0
    real_examples = [] if from_archive else _real(real or settings().real_texts)
    report = _report(examples + real_examples, golden, from_archive=from_archive)
    report["real_texts"] = len(real_examples)
    if from_archive and (golden / "articles").is_dir():
        report["proposals"] = _proposals(examples, golden)
    if as_json:
        print_json(report)
    else:
        _show(report, misses=misses)
    return 1 if report["below_floor"] else 0


def _golden(folder: Path) -> list[Example]:
    from analysis.evaluation import load_examples

    if not (folder / "articles").is_dir():
        raise UsageError(f"Không có bài mẫu ở {folder}. Chỉ thư mục bằng --golden (trong mã nguồn: tests/golden).")
    return load_examples(folder / "articles")


def _proposals(corrections: list[Example], golden: Path) -> list[dict[str, Any]]:
    """What the corrections speak for; a person decides."""
    from analysis.proposals import propose

    found = propose(corrections, _golden(golden))[:10]
    return [{"change": one.change, "corrections": one.corrections, "golden": one.golden} for one in found]


def _real(folder: Path | None) -> list[Example]:
    """The texts of real papers, where they are present."""
    from danvan.real_texts import load_real_examples

    return load_real_examples(folder) if folder is not None and folder.is_dir() else []


def _corrections() -> list[Example]:
    """Staff's corrections as examples; what a correction leaves unsaid keeps the program's own verdict."""
    from analysis.evaluation import Example
    from analysis.relevance import judge
    from analysis.values import Grade
    from models.storing.corrections import labelled

    with reading() as session:
        kept = list(labelled(session))
    examples = []
    for one in kept:
        relevance, found = judge(one.title, one.lead, one.text)
        grade = Grade(one.grade) if one.grade else relevance.grade
        topics = one.topics if one.topics is not None else tuple(topic.key for topic in found)
        examples.append(
            Example(
                id=f"archive-{one.article_id}",
                title=one.title,
                lead=one.lead,
                text=one.text,
                grade=grade,
                topics=frozenset(topics if grade is not Grade.NONE else ()),
                why=one.note,
                split="correction",
            )
        )
    return examples


def _report(examples: list[Example], golden: Path, *, from_archive: bool) -> dict[str, Any]:
    from analysis.evaluation import below_floors
    from analysis.evaluation import evaluate as measure
    from analysis.evaluation_citations import evaluate_citations, load_citation_examples

    splits = sorted({example.split for example in examples})
    parts = {split: measure([example for example in examples if example.split == split]) for split in splits}
    citations = None if from_archive else evaluate_citations(load_citation_examples(golden))
    return {
        "examples": len(examples),
        "splits": {split: part.rows() for split, part in parts.items()},
        "citations": citations.rows() if citations else [],
        "misses": [_miss(split, part) for split, part in parts.items()],
        "below_floor": [] if from_archive else below_floors(parts, citations, golden),
    }


def _miss(split: str, part: Evaluation) -> dict[str, Any]:
    return {
        "split": split,
        "articles": [
            {"id": one.id, "title": one.title, "expected": one.expected.value, "found": one.found.value}
            for one in part.misses
        ],
    }


def _show(report: dict[str, Any], *, misses: bool) -> None:
    names = {
        "tune": "phần chỉnh",
        "held_out": "phần giữ riêng",
        "blind": "phần đo một lần",
        "real": "báo thật",
        "correction": "ý kiến nhân viên",
    }
    for split, rows in report["splits"].items():
        print_table(f"Bài mẫu, {names.get(split, split)}", [_row(row) for row in rows])
    if "blind" in report["splits"]:
        console.print("Phần đo một lần: bài viết sau khi quy tắc đã khóa, nói đúng nhất máy đọc bài lạ ra sao.")
    if report["citations"]:
        print_table("Văn bản được nhắc", [_row(row) for row in report["citations"]])
    if "held_out" in report["splits"] and not report["real_texts"]:
        console.print("Không đo bài báo thật: đặt DANVAN_REAL_TEXTS là thư mục có items*.jsonl và labels*.jsonl.")
    if not report["examples"]:
        console.print("Chưa có ý kiến nào trong kho. Ghi bằng: danvan label SỐ_BÀI --grade core")
    for part in report["misses"] if misses else ():
        for one in part["articles"]:
            expected, found = GRADES[one["expected"]], GRADES[one["found"]]
            console.print(f"{one['id']}: phải là {expected}, chấm {found}: {one['title']}")
    _show_proposals(report.get("proposals", ()))
    for line in report["below_floor"]:
        console.print(f"Dưới mức sàn: {line}", style="red")


def _show_proposals(proposals: Sequence[dict[str, Any]]) -> None:
    for one in proposals:
        (before, after), (was, becomes) = one["corrections"], one["golden"]
        console.print(f"Đề nghị: {one['change']} (ý kiến đúng {before} → {after}, bài mẫu đúng {was} → {becomes})")
    if proposals:
        console.print("Nhận đề nghị nào thì ghi tay vào analysis/data/relevance.yaml, rồi đo lại: danvan eval")


def _row(row: dict[str, Any]) -> dict[str, Any]:
    from analysis.relevance import topics

    what = {
        "grade": "mức",
        "topic": "chủ đề",
        "citation": "văn bản",
        "document": "văn bản",
        "citation field": "trường",
        "citation role": "vai trò",
    }
    labels = {**{topic.key: topic.label for topic in topics()}, **GRADES, **ROLES, **NAMES}
    return {
        "Loại": what.get(row["what"], row["what"]),
        "Tên": labels.get(row["name"], row["name"]),
        "Số": row["count"],
        "Chính xác": f"{row['precision']:.3f}",
        "Độ phủ": f"{row['recall']:.3f}",
        "F1": f"{row['f1']:.3f}",
    }


def _refit(to: Path, examples: list[Example], *, as_json: bool) -> None:
    from analysis.refit import refit

    to.write_text(refit(examples), encoding="utf-8")
    words = (
        f"Đã chỉnh theo {len(examples)} bài; trọng số mới ở {to}.\n"
        "Xem lại tệp, thay analysis/data/relevance.yaml, rồi đo lại: danvan eval"
    )
    say({"file": str(to), "examples": len(examples)}, words, as_json=as_json)
