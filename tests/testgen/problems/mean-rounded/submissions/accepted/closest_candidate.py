n = int(input())
total = sum(int(mark) for mark in input().split())
print(min(range(101), key=lambda c: (abs(c * n - total), -c)))
