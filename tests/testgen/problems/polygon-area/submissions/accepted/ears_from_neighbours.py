# x_i times the difference of the neighbours' y
n = int(input())
xs, ys = zip(*(map(int, input().split()) for _ in range(n)))
print(abs(sum(xs[i] * (ys[(i + 1) % n] - ys[i - 1]) for i in range(n))))
