"""What came of the vectors, a row for each requirement."""

REQUIREMENTS = (
    [f"W-{n}" for n in range(1, 19)] + [f"T-{n}" for n in range(1, 16)] + ["Q-10"]
    + [f"S-{n}" for n in range(1, 8)] + [f"K-{n}" for n in range(1, 12)])
POLARITIES = ("positive", "negative")
PARTLY = "partly: "
PASSES_AFTER_ALL = "it passes after all, but is listed as unmet"


class Outcome:
    """- status: pass, FAIL, unmet or skip."""

    def __init__(self, vector, status, detail=None, seconds=0.0):
        self.vector = vector
        self.status = status
        self.detail = detail
        self.seconds = seconds

    @property
    def counts(self):
        return self.status in ("pass", "FAIL")


class Row:
    """- is_selection: Whether there may be fewer vectors than a requirement needs."""

    def __init__(self, requirement, outcomes, reason, is_selection):
        self.requirement = requirement
        self.outcomes = outcomes
        self.reason = reason
        self.is_selection = is_selection

    def tally(self, polarity):
        chosen = [o for o in self.outcomes if o.vector["polarity"] == polarity and o.counts]
        return sum(o.status == "pass" for o in chosen), len(chosen)

    @property
    def is_whole(self):
        """Whether there is one of each kind and every one of them passed."""
        return all(
            passed == total and (total > 0 or self.is_selection)
            for passed, total in map(self.tally, POLARITIES))

    @property
    def status(self):
        statuses = {outcome.status for outcome in self.outcomes}
        if "FAIL" in statuses:
            return "FAIL"
        if self.reason is not None and not self.is_partly:
            return "FAIL" if self.is_whole and "unmet" not in statuses else "UNMET"
        if not self.is_whole:
            return "SKIPPED" if "skip" in statuses else "MISSING"
        return "PARTLY" if "unmet" in statuses or self.is_partly else "PASS"

    @property
    def is_partly(self):
        """Whether no vector can say what is not met."""
        return self.reason is not None and self.reason.startswith(PARTLY)

    @property
    def remark(self):
        if self.reason is not None and not self.is_partly:
            return self.reason if self.status != "FAIL" else PASSES_AFTER_ALL
        remarks = [
            o.detail for o in self.outcomes if o.status == "unmet"]
        if self.is_partly:
            remarks.append(self.reason.removeprefix(PARTLY))
        return "; ".join(dict.fromkeys(remarks))


class Matrix:
    """- unmet: reasons by the id of a requirement or a vector.
    - is_selection: Whether only what was selected is told, and nothing is missing."""

    def __init__(self, outcomes, unmet, is_selection=False):
        self.outcomes = outcomes
        chosen = {o.vector["requirement"] for o in outcomes}
        self.rows = [
            Row(name, [o for o in outcomes if o.vector["requirement"] == name], unmet.get(name),
                is_selection)
            for name in REQUIREMENTS if name in chosen or not is_selection]

    @property
    def holds(self):
        return all(row.status not in ("FAIL", "MISSING") for row in self.rows)

    def text(self):
        lines = [f"{'':<6}{'positive':>10}{'negative':>10}  result"]
        for row in self.rows:
            tallies = [f"{passed}/{total}" for passed, total in map(row.tally, POLARITIES)]
            remark = f"  {row.remark}" if row.remark else ""
            lines.append(
                f"{row.requirement:<6}{tallies[0]:>10}{tallies[1]:>10}  {row.status:<8}{remark}"
                .rstrip())
        failures = [o for o in self.outcomes if o.status == "FAIL"]
        if failures:
            lines.append("")
        lines += [f"FAIL {o.vector['id']}: {o.detail}" for o in failures]
        counts = {}
        for row in self.rows:
            counts[row.status] = counts.get(row.status, 0) + 1
        lines += ["", ", ".join(f"{count} {status}" for status, count in sorted(counts.items()))]
        return "\n".join(lines)

    def json(self):
        return {
            "holds": self.holds,
            "rows": [
                {
                    "requirement": row.requirement, "result": row.status,
                    **{p: dict(zip(("passed", "total"), row.tally(p))) for p in POLARITIES},
                    "remark": row.remark or None,
                    "vectors": [
                        {
                            "id": o.vector["id"], "polarity": o.vector["polarity"],
                            "source": o.vector["source"], "result": o.status,
                            "detail": o.detail, "seconds": round(o.seconds, 3),
                        }
                        for o in row.outcomes],
                }
                for row in self.rows],
        }
