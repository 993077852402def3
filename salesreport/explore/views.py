"""A view as a section: what it says in one sentence, its chart, its numbers; the same in explorer and report."""

from collections.abc import Callable
from dataclasses import replace

import pandas as pd

from salesreport.explore import pictures, sayings, tables
from salesreport.explore.figures import found, funnel, funnel_plot, reps_by_step, trend
from salesreport.explore.scene import Scene
from salesreport.explore.state import State, View, checked, facts_of
from salesreport.explore.words import VIEW_TITLES
from salesreport.kpi import Facts
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.language import Language, Text, text
from salesreport.report.section import Section


def show(state: State, language: str = "en") -> Section:
    """The view of a state, as the explorer shows it.

    Args:
        state: what is looked at. language: `en` or `de`.

    Raises:
        DataError: there is no dataset. ConfigError: the state names something that the dataset does not have.
    """
    return view(facts_of(state), state, Language(language))


def view(facts: Facts, state: State, language: Language, named: bool = True, patient: bool = True) -> Section:
    """The view of a state.

    Args:
        facts: of the state's dataset. state: what is looked at. language: the reader's.
        named: whether other reps than the chosen one are called by name.
        patient: whether to wait for the comparison of like with like where it is not there yet; a view that is not
            patient is shown without it.

    Returns:
        A section whose `data` are the figures (see `salesreport.explore.figures`); where the data cannot give
        them, one that says why.

    Raises:
        ConfigError: the state names something that the dataset does not have.
    """
    try:
        state = checked(facts, state)
        made = _VIEWS[state.view](Scene(facts, state, language, named, patient))
    except Unavailable as problem:
        message = text("This cannot be told: {reason}.", reason=problem.reason)
        return Section(
            key=f"explore-{state.view}", topic=language.say(VIEW_TITLES[state.view]),
            message=language.say(message), data=pd.DataFrame(), language=language, available=False,
        )  # fmt: skip
    return replace(made, message=_begun_large(made.message))


def _begun_large(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def _section(scene: Scene, message: Text, data: pd.DataFrame, notes: list[Text], **parts: object) -> Section:
    section = Section(
        key=f"explore-{scene.state.view}",
        topic=scene.topic,
        message=scene.say(message),
        data=data,
        language=scene.language,
        notes=tuple(scene.say(note) for note in notes),
        place="first",
    )
    return replace(section, **parts)  # type: ignore[arg-type]


def needs_comparison(state: State) -> bool:
    """Whether the view of a state, or the list of deals beside it, rests on the comparison of like with like."""
    return state.view in ("reps_by_step", "anomalies") or bool(state.view == "funnel" and state.rep)


def _funnel(scene: Scene) -> Section:
    data = funnel(scene.facts, scene.state, scene.compared if scene.rep else None)
    if not data["n"].any():
        return _nothing(scene, data)
    message = sayings.of_funnel(scene, data)
    shown = data[(data["n"] + data["before_n"] > 0).to_numpy(bool)]
    return _section(
        scene, message, data, sayings.funnel_notes(scene, data, shown),
        charts=(pictures.of_funnel(scene, shown, scene.say(message)),), tables=(tables.of_funnel(scene, shown),),
    )  # fmt: skip


def _reps_by_step(scene: Scene) -> Section:
    data = reps_by_step(scene.facts, scene.state, scene.compared)
    if data.empty:
        return _nothing(scene, data)
    shown = scene.most_telling(data)
    shown = shown[(shown.groupby("step")["n"].transform("sum") > 0).to_numpy(bool)]
    if shown.empty:
        return _nothing(scene, data)
    message = sayings.of_reps_by_step(scene, data)
    return _section(
        scene, message, data, sayings.reps_by_step_notes(scene, data, shown),
        charts=(pictures.of_reps_by_step(scene, shown, scene.say(message)),),
        tables=(tables.of_reps_by_step(scene, shown),),
    )  # fmt: skip


def _funnel_plot(scene: Scene) -> Section:
    figures = funnel_plot(scene.facts, scene.state)
    if figures.frame.empty:
        return _nothing(scene, figures.frame)
    message = sayings.of_funnel_plot(scene, figures)
    return _section(
        scene, message, figures.frame, sayings.funnel_plot_notes(scene, figures),
        charts=(pictures.of_funnel_plot(scene, figures, scene.say(message)),),
        tables=(tables.of_funnel_plot(scene, figures),),
    )  # fmt: skip


def _trend(scene: Scene) -> Section:
    figures = trend(scene.facts, scene.state)
    if not figures.frame["n"].any():
        return _nothing(scene, figures.frame)
    message = sayings.of_trend(scene, figures)
    return _section(
        scene, message, figures.frame, sayings.trend_notes(scene, figures),
        charts=(pictures.of_trend(scene, figures, scene.say(message)),), tables=(tables.of_trend(scene, figures),),
    )  # fmt: skip


def _anomalies(scene: Scene) -> Section:
    if scene.comparing:
        return _section(scene, text("Comparing like with like …"), pd.DataFrame(), [], available=False)
    compared = found(scene.facts, scene.state)
    shown = scene.findings(compared)
    message = sayings.of_anomalies(scene, compared, shown)
    charts = (pictures.of_anomalies(scene, compared, shown, scene.say(message)),) if len(shown) else ()
    listed = (tables.of_anomalies(scene, compared, shown),) if len(shown) else ()
    return _section(
        scene, message, shown, sayings.anomalies_notes(scene, compared, shown), charts=charts, tables=listed
    )


def _nothing(scene: Scene, data: pd.DataFrame) -> Section:
    message = text("Nothing was decided here in {period}: choose less narrowly.", period=scene.period)
    return _section(scene, message, data, [], available=False)


_VIEWS: dict[View, Callable[[Scene], Section]] = {
    "funnel": _funnel,
    "reps_by_step": _reps_by_step,
    "funnel_plot": _funnel_plot,
    "trend": _trend,
    "anomalies": _anomalies,
}
