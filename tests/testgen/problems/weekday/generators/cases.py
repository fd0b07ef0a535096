import calendar

from cyaron import *

for i in range(1, 51):
    q = randint(2, 3)
    with IO(file_prefix="days", data_id=i, disable_output=True) as io:
        io.input_writeln(q)
        for _ in range(q):
            y = randint(1, 9999) if randint(1, 10) <= 3 else randint(1901, 2099)
            m = randint(1, 2) if randint(1, 3) == 1 else randint(1, 12)
            io.input_writeln(y, m, randint(1, calendar.monthrange(y, m)[1]))
