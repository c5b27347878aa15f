package enginetest

import (
	"runtime"
	"testing"
	"time"
)

// patience bounds how long goroutines that are about to end are waited for; those that leak never end.
const patience = 10 * time.Second

// NoneLeft checks, when the test is over, that it has left no goroutine behind. Whatever a power cut leaves behind goes
// with the process that it ends; walks are many such in one process.
func NoneLeft(t *testing.T) {
	t.Helper()
	before := runtime.NumGoroutine()
	t.Cleanup(func() {
		for end := time.Now().Add(patience); runtime.NumGoroutine() > before && time.Now().Before(end); {
			runtime.Gosched()
		}
		if left := runtime.NumGoroutine() - before; left > 0 {
			stacks := make([]byte, 1<<16)
			t.Errorf("%d goroutines are left over\n%s", left, stacks[:runtime.Stack(stacks, true)])
		}
	})
}
