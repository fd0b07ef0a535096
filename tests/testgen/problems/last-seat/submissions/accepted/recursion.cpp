#include <iostream>
using namespace std;
static int seat(int n, long long k) { return n == 1 ? 0 : int((seat(n - 1, k) + k) % n); }
int main() {
    int q;
    cin >> q;
    for (int i = 0; i < q; i++) {
        int n, k;
        cin >> n >> k;
        cout << seat(n, k) + 1 << endl;
    }
}
