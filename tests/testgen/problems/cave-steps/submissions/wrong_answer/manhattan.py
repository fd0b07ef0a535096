h, w = map(int, input().split())
g = [input() for _ in range(h)]
p = {g[y][x]: (y, x) for y in range(h) for x in range(w)}
print(abs(p["A"][0] - p["E"][0]) + abs(p["A"][1] - p["E"][1]))
