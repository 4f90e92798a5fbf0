"""`python -m app`: the command line."""

import gc

# A start makes only what it keeps: looking for garbage meanwhile finds none, and costs a tenth.
gc.disable()

from app.cli import main  # noqa: E402
from app.data_folder import private_from_now_on  # noqa: E402

private_from_now_on()
raise SystemExit(main())
