// the first whole number whose distance is least
#include <cstdlib>
#include <iostream>
#include <vector>
using namespace std;
int main() {
    int n;
    cin >> n;
    vector<int> v(n);
    int s = 0;
    for (int& x : v) cin >> x, s += x;
    int best = 0;
    for (int c = 0; c <= 100; c++)
        if (abs(c * n - s) < abs(best * n - s)) best = c;
    cout << best;
}
