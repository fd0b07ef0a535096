import sys


class Piles:
    def __init__(self):
        self.tops = []

    def place(self, card):
        low, high = -1, len(self.tops)
        while high - low > 1:
            middle = (low + high) // 2
            if self.tops[middle] >= card:
                high = middle
            else:
                low = middle
        if high == len(self.tops):
            self.tops.append(card)
        else:
            self.tops[high] = card


game = Piles()
for word in sys.stdin.read().split()[1:]:
    game.place(int(word))
print(len(game.tops))
