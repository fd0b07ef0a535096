# the KMP automaton as dictionaries: only the edges that do not lead to the start
def main():
    s = input()
    fallback = {}
    state = 0
    edges = [{s[0]: 1}]
    for c in s[1:]:
        edges.append(dict(edges[state]))
        state = edges[state].get(c, 0)
        edges[-1][c] = len(edges)
    print(len(s) - state)


main()
