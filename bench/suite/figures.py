"""Figures of a bench: repeated measurements, the bars that they are held against, and their JSON."""

import dataclasses
import statistics


@dataclasses.dataclass
class Figure:
    """Repetitions of one measurement. `ratio_to`: peer or limit → how many times theirs it is."""

    values: list
    unit: str
    ratio_to: dict = dataclasses.field(default_factory=dict)

    @property
    def value(self):
        return statistics.median(self.values)

    @property
    def spread(self):
        """Half of the range, as a share of the median."""
        return (max(self.values) - min(self.values)) / 2 / self.value if self.value else 0.0

    def to_json(self):
        return {"value": self.value, "unit": self.unit, "ratio_to": self.ratio_to,
                "repetitions": self.values, "spread": self.spread}


@dataclasses.dataclass
class Bar:
    """What a figure is to reach: at least `least`, at most `most`."""

    least: float | None = None
    most: float | None = None

    def holds(self, value):
        return (self.least is None or value >= self.least) and (self.most is None or value <= self.most)


@dataclasses.dataclass
class Result:
    """What a bench found. `notes`: what a reader must know to judge the figures."""

    figures: dict
    notes: list = dataclasses.field(default_factory=list)
    seconds: float = 0.0
    dropped: int = 0
