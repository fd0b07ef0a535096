from cyaron import *

# a hull with more corners than fit on so small a circle
for i in range(1, 4):
    points = Polygon.convex_hull(200, fx=lambda x: int(x * 2), fy=lambda y: int(y * 2)).points
    with IO(file_prefix="h", data_id=i, disable_output=True) as io:
        io.input_writeln(len(points))
        for p in points:
            io.input_writeln(p)
