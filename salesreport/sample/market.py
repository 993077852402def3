"""What the company sells, to whom, and how readily deals advance: the true figures that everything is drawn from.

Effects are additive on the log-odds that a deal advances from a milestone to the next; they hold at every
milestone and average about zero over the company's usual mix.
"""

from typing import NamedTuple

MILESTONES = (
    "Lead qualified",
    "Meeting with minutes",
    "Data for the calculation",
    "Proposal",
    "Equipment on trial",
    "Contract",
)
"""The process, in order; each is something the customer does, and the last one is the order itself."""

LOST_STAGE = "Lost"
"""The stage of a deal that was lost, from whichever milestone."""

STAGES = (*MILESTONES, LOST_STAGE)
"""All stages; elsewhere in the generator a stage is its position here."""

WON, LOST = 5, 6
"""Positions in `STAGES` of the two closing ones."""

PROPOSAL, TRIAL = 3, 4
"""Positions in `STAGES` of the milestones at which the price is fixed and equipment is lent."""


class Step(NamedTuple):
    """Leaving a milestone.

    Attributes:
        advances: the usual chance of reaching the next milestone.
        advance_days, lost_days: median number of active days until it does, or is lost.
    """

    advances: float
    advance_days: float
    lost_days: float


STEPS = (
    Step(0.78, 24, 30),
    Step(0.83, 34, 45),
    Step(0.85, 32, 45),
    Step(0.76, 55, 70),
    Step(0.82, 65, 80),
)
"""How deals leave each milestone but the last."""

STEP_SIGMA, PACE_SIGMA = 0.5, 0.35
"""Spread (standard deviation of the logarithm) of the time in a stage, and of the pace of whole deals."""

REOPENED, REOPENED_DAYS, REOPENED_SIGMA = 0.05, 60.0, 0.5
"""Share of lost deals that come back, once; median active days until then, and their spread."""

DIRECT, SPLIT, HANDED_OVER = 0.02, 0.04, 0.015
"""Shares of deals entered only when won, of deals two reps share, of milestones at which a deal changes hands."""


class ProductLine(NamedTuple):
    """A product line: share of deals, effect, list price per piece, pieces of a usual deal, cost ÷ list price."""

    name: str
    share: float
    effect: float
    list_price: float
    units: float
    cost: float


PRODUCT_LINES = (
    ProductLine("High-bay retrofit", 0.32, 0.08, 420, 90, 0.58),
    ProductLine("Street lighting", 0.20, -0.12, 390, 130, 0.64),
    ProductLine("Emergency lighting", 0.20, 0.15, 95, 240, 0.52),
    ProductLine("Explosion-proof", 0.13, -0.38, 890, 48, 0.50),
    ProductLine("Controls & service", 0.15, 0.20, 1_450, 12, 0.44),
)


class Segment(NamedTuple):
    """A customer segment: share of customers, effect, size of its deals, usual discount."""

    name: str
    share: float
    effect: float
    size: float
    discount: float


SEGMENTS = (
    Segment("A", 0.2, 0.18, 2.2, 0.17),
    Segment("B", 0.35, 0.05, 1.0, 0.12),
    Segment("C", 0.45, -0.12, 0.5, 0.08),
)


class LeadSource(NamedTuple):
    """Where deals come from: share, effect, and the share of its deals that began as a lead."""

    name: str
    share: float
    effect: float
    from_leads: float


LEAD_SOURCES = (
    LeadSource("Existing customer", 0.28, 0.20, 0.0),
    LeadSource("Referral", 0.15, 0.25, 0.8),
    LeadSource("Trade fair", 0.17, -0.05, 0.95),
    LeadSource("Website", 0.22, -0.12, 0.97),
    LeadSource("Cold call", 0.18, -0.30, 0.0),
)

LOSS_REASONS = ("Price", "Competitor", "No decision", "No budget", "Postponed", "Technical fit")
"""Why deals are lost."""

UNLUCKY_PRODUCTS = (0.12, 0.14, 0.06, 0.64, 0.04)
UNLUCKY_SEGMENTS = (0.05, 0.20, 0.75)
UNLUCKY_SOURCES = (0.08, 0.04, 0.14, 0.22, 0.52)
"""The mix of the rep who only looks weak."""

SKILL_GENERAL, SKILL_AT_MILESTONE = 0.06, 0.16
"""Standard deviations of the reps' skill, common to all milestones and special to each: 0.17 together."""

WEAK_MILESTONE, WEAK_EFFECT = PROPOSAL, -1.2
"""Where, and how much, one rep is truly weak: his proposals rarely lead to a trial."""
