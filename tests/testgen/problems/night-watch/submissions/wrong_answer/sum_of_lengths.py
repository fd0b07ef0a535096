print(sum(r - l for l, r in (map(int, input().split()) for _ in range(int(input())))))
