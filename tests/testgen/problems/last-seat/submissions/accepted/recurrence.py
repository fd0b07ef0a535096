for _ in range(int(input())):
    n, k = map(int, input().split())
    seat = 0
    for m in range(2, n + 1):
        seat = (seat + k) % m
    print(seat + 1)
