// squares as coins: fewest coins for each sum; never more than four
#include <iostream>
#include <vector>
using namespace std;
int main() {
    int n;
    cin >> n;
    vector<char> coins(n + 1, 9);
    vector<short> last(n + 1);
    coins[0] = 0;
    for (int s = 1; s <= n; s++)
        for (int k = 1; k * k <= s; k++)
            if (coins[s - k * k] + 1 < coins[s]) coins[s] = coins[s - k * k] + 1, last[s] = k;
    int printed = 0;
    for (int s = n; s; s -= last[s] * last[s]) cout << last[s] << ' ', printed++;
    while (printed++ < 4) cout << "0 ";
    cout << endl;
}
