"""How programs are answered: a model in JSON, and what an error is told as."""

from collections.abc import Mapping

from pydantic import Field
from starlette.responses import JSONResponse, Response

from app.sandbox.commands.answers import Answer


class ErrorAnswer(Answer):
    """Why nothing was done."""

    error: str = Field(description="For people, in English.")


class FieldErrorAnswer(ErrorAnswer):
    """Why nothing was done, and which value is to blame."""

    field: str = Field(description="The name of the value.")


def answered(
    answer: Answer, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """An answer as it is sent."""
    return JSONResponse(answer.model_dump(mode="json"), status, headers)


def refused(status: int, words: str, headers: Mapping[str, str] | None = None) -> Response:
    """An error as it is sent."""
    return answered(ErrorAnswer(error=words), status, headers)
