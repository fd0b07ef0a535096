import sys


def sort(a):
    if len(a) < 2:
        return a, 0
    m = len(a) // 2
    left, x = sort(a[:m])
    right, y = sort(a[m:])
    out = []
    i = j = 0
    count = x + y
    while i < len(left) and j < len(right):
        if right[j] < left[i]:
            count += len(left) - i
            out.append(right[j])
            j += 1
        else:
            out.append(left[i])
            i += 1
    return out + left[i:] + right[j:], count


print(sort([int(w) for w in sys.stdin.read().split()][1:])[1])
