n = int(input())
marks = [int(w) for w in input().split()]
unit = min(marks)
print(round(sum(m / unit for m in marks) * unit / n))
