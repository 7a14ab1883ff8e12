"""What a summary tells of each of many projects, and the words for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from schoolmap.output.words import both

HEADS = {
    "project": both("Project", "项目"),
    "title": both("Title", "名称"),
    "state": both("State", "状态"),
    "stage": both("Stage", "学段"),
    "scenario": both("Scenario", "情景"),
    "base": both("Seats needed now", "当前需要学位"),
    "seats": both("Seats now", "当前学位"),
    "short_now": both("Short now", "当前缺口"),
    "year": both("Worst year", "最缺年"),
    "short": both("Short then", "届时缺口"),
    "last": both("Seats needed in the last year", "末年需要学位"),
    "spare": both("Spare in the last year", "末年富余"),
    "zones": both("Catchments", "片区数"),
    "zones_short": both("ever short", "曾缺学位片区数"),
    "problem": both("What is wrong", "问题"),
}
STATES = {
    "done": both("planned", "已完成"),
    "kept": both("planned", "已完成"),
    "faulty": both("input has faults", "数据有误"),
    "failed": both("failed", "运行失败"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class County:
    """
    What the summary tells of one project.

    Attributes
    ----------
    name
        Of its products.
    outcome
        From `single.plan_one`.
    record
        From its folder; empty where it could not be planned.
    """

    name: str
    outcome: dict[str, Any]
    record: dict[str, Any]

    @property
    def finished(self) -> bool:
        """Return whether there are products."""
        return bool(self.record)

    def worst(self, stage: str) -> tuple[int, float] | None:
        """Return the year in which most seats are short in a stage, and how many; nothing where the stage is not planned."""
        numbers = self.record.get("stages", {}).get(stage)
        if numbers is None:
            return None
        short = numbers["short"]
        most = max(range(len(short)), key=short.__getitem__)
        return int(self.record["years"][most]), float(short[most])


def problems_of(county: County, language: str) -> list[str]:
    """Return what stopped a project, as sentences; empty where nothing did."""
    outcome = county.outcome
    if outcome["status"] == "faulty":
        chinese = language == "zh"
        return [
            f"{fault['file']} {fault['column']} {fault['value']}: "
            f"{(fault['problem_zh'] if chinese else '') or fault['problem']} "
            f"{(fault['remedy_zh'] if chinese else '') or fault['remedy']}".strip()
            for fault in outcome["faults"]
        ]
    return [outcome["message"]] if outcome["status"] == "failed" else []
