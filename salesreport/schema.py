"""A canonical table and its columns: names, kinds, units, and how a frame is checked against them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, cast

import pandas as pd
import pyarrow as pa

from salesreport.errors import DataError
from salesreport.language import Text, text

if TYPE_CHECKING:
    import pandera.pandas as pandera

Kind = Literal["id", "text", "choice", "date", "instant", "money", "number"]


@dataclass(frozen=True)
class Column:
    """One column of a canonical table.

    Attributes:
        name: the canonical name. kind: what its values are (`choice`: one of `values`). required: whether
            every row must have it. about: what it means. unit: of numbers that are not money.
        least, most: the bounds of a number, inclusive.
    """

    name: str
    kind: Kind
    about: Text
    required: bool = False
    unit: str | None = None
    values: tuple[str, ...] = ()
    least: float | None = None
    most: float | None = None

    @property
    def is_text(self) -> bool:
        """Whether its values are texts."""
        return self.kind in ("id", "text", "choice")

    @property
    def is_number(self) -> bool:
        """Whether its values are numbers (money included)."""
        return self.kind in ("money", "number")


@dataclass(frozen=True)
class Table:
    """A canonical table: its columns, and the ones that together identify a row (none: rows may repeat)."""

    name: str
    about: Text
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()

    def __getitem__(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all columns, in order."""
        return tuple(column.name for column in self.columns)

    @property
    def required(self) -> tuple[str, ...]:
        """The names of the required columns."""
        return tuple(column.name for column in self.columns if column.required)

    def arrow_schema(self, names: list[str], timezone: str) -> pa.Schema:
        """The Parquet schema of some of its columns."""
        return pa.schema([(name, _arrow_type(self[name], timezone)) for name in names])

    def pandera_schema(self, timezone: str = "UTC") -> "pandera.DataFrameSchema":
        """The pandera schema: dtypes, required columns, choices, bounds (the key is checked by `validate`)."""
        import pandera.pandas as pandera

        columns = {}
        for column in self.columns:
            checks = []
            if column.values:
                checks.append(pandera.Check.isin(column.values))
            if column.least is not None:
                checks.append(pandera.Check.ge(column.least))
            if column.most is not None:
                checks.append(pandera.Check.le(column.most))
            columns[column.name] = pandera.Column(
                _pandas_dtype(column, timezone),
                checks,
                nullable=not column.required,
                required=column.required,
            )
        return pandera.DataFrameSchema(columns, strict=True, ordered=False, name=self.name)

    def empty(self, timezone: str = "UTC") -> pd.DataFrame:
        """A frame with all columns and no rows."""
        return pd.DataFrame(
            {column.name: pd.Series(dtype=_pandas_dtype(column, timezone)) for column in self.columns}
        )

    def conform(self, frame: pd.DataFrame, timezone: str = "UTC") -> pd.DataFrame:
        """The frame with canonical dtypes, columns in canonical order, optional columns without values dropped.

        Texts that are categories stay that.

        Raises:
            DataError: a column that the table does not have, or a required one that is missing.
        """
        unknown = [name for name in frame.columns if name not in self.names]
        if unknown:
            raise DataError(
                text("The table has no such column."),
                table=self.name,
                column=str(unknown[0]),
                expected=text("one of {names}", names=list(self.names)),
            )
        for name in self.required:
            if name not in frame.columns:
                raise DataError(text("This required column is missing."), table=self.name, column=name)
        conformed = {}
        for column in self.columns:
            if column.name not in frame.columns:
                continue
            series = frame[column.name]
            if not column.required and not series.notna().any():
                continue
            dtype = _pandas_dtype(column, timezone)
            if column.kind == "instant" and series.dtype != dtype:
                series = pd.to_datetime(series)
                series = (
                    series.dt.tz_localize(timezone, ambiguous=True, nonexistent="shift_forward")
                    if series.dt.tz is None
                    else series.dt.tz_convert(timezone)
                )
            coded = column.is_text and isinstance(series.dtype, pd.CategoricalDtype)
            conformed[column.name] = series if coded or series.dtype == dtype else series.astype(cast(Any, dtype))
        return pd.DataFrame(conformed, index=frame.index, copy=False)

    def _is_sound(self, frame: pd.DataFrame) -> bool:
        """Whether a conformed frame keeps to the schema; pandera, slow to start, says what is wrong where not."""
        for column in (self[str(name)] for name in frame.columns):
            values = frame[column.name]
            if column.required and values.hasnans:
                return False
            if column.values and not set(values.dropna().unique()) <= set(column.values):
                return False
            if column.least is not None and (values < column.least).any():
                return False
            if column.most is not None and (values > column.most).any():
                return False
        return True

    def validate(self, frame: pd.DataFrame, timezone: str = "UTC", unique: bool = False) -> pd.DataFrame:
        """The conformed frame, checked against the schema.

        Args:
            frame: the rows. timezone: the dataset's. unique: the caller knows that no two have the same key.

        Raises:
            DataError: names the first column and rows (positions from 0) that break the schema.
        """
        frame = self.conform(frame, timezone)
        repeated = frame.duplicated(list(self.key)) if self.key and not unique else None
        if repeated is not None and repeated.any():
            raise DataError(
                text("Two rows have the same key."),
                table=self.name,
                column=", ".join(self.key),
                rows=[int(row) for row in repeated.to_numpy().nonzero()[0][:50]],
                found=[" · ".join(map(str, row)) for row in frame.loc[repeated, list(self.key)].head().to_numpy()],
            )
        if self._is_sound(frame):
            return frame
        import pandera.errors

        frame = frame.astype(dict.fromkeys(frame.select_dtypes("category"), "str"))
        try:
            return self.pandera_schema(timezone).validate(frame, inplace=True)  # `conform` made it for us
        except pandera.errors.SchemaError as error:
            cases = getattr(error, "failure_cases", None)
            found = rows = None
            if isinstance(cases, pd.DataFrame) and "failure_case" in cases:
                found = [str(case) for case in cases["failure_case"].head(5)]
                rows = [int(row) for row in cases["index"].dropna().unique()[:50]]
            raise DataError(
                text("The table breaks its schema: {reason}.", reason=str(error.check or error.reason_code)),
                table=self.name,
                column=str(getattr(error.schema, "name", None) or ", ".join(self.key)),
                rows=rows or (),
                found=found,
            ) from None


def _pandas_dtype(column: Column, timezone: str) -> str:
    if column.is_text:
        return "str"
    if column.is_number:
        return "float64"
    return "datetime64[ms]" if column.kind == "date" else f"datetime64[us, {timezone}]"


def _arrow_type(column: Column, timezone: str) -> pa.DataType:
    if column.is_text:
        return pa.string()
    if column.is_number:
        return pa.float64()
    return pa.date32() if column.kind == "date" else pa.timestamp("us", tz=timezone)
