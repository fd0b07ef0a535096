import datetime
import sys

data = sys.stdin.buffer.read()
try:
    q, *numbers = map(int, data.split())
    dates = list(zip(numbers[::3], numbers[1::3], numbers[2::3], strict=True))
    for y, m, d in dates:
        datetime.date(y, m, d)
except (ValueError, OverflowError):
    sys.exit(43)
same = f"{q}\n" + "".join(f"{y} {m} {d}\n" for y, m, d in dates)
sys.exit(42 if same.encode() == data and len(dates) == q and 1 <= q <= 50 else 43)
