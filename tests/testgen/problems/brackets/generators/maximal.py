from cyaron import *

deep = "([{" * 500
shut = "}])" * 500
lines = [deep + shut, "()" * 1500, deep + shut[:-1] + "]", "(" * 3000, ")" * 3000, "[" * 1500 + "]" * 1500,
         "()[]{}" * 500, "(" + "[]" * 1499 + ")", "(" + "{}" * 1499 + "]", "((" + "[]" * 1499]
for i in range(1, 7):
    with IO(file_prefix="m", data_id=i, disable_output=True) as io:
        io.input_writeln(20)
        for k in range(20):
            io.input_writeln(lines[(k * i + i) % len(lines)])
