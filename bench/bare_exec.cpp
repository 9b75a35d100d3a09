// The least that any program of this language costs from its start to its end: what a search by a
// known query is compared with.
int main() { return 0; }
