xs, ys = zip(*(map(int, input().split()) for _ in range(int(input()))))
print(2 * (max(xs) - min(xs) + max(ys) - min(ys)))
