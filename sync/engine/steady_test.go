package engine

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

// TestSteady: a step goes on for a while after its pass was told to stop, and then it ends as well.
func TestSteady(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		steady, release := steadied(ctx)
		defer release()
		<-time.After(time.Hour)
		cancel()
		synctest.Wait()
		if steady.Err() != nil {
			t.Error("a step was cut off at once")
		}
		began := time.Now()
		<-steady.Done()
		if took := time.Since(began); took != LastStep {
			t.Errorf("a step that hangs ends after %s", took)
		}
		_, releaseOther := steadied(ctx) // leaves nothing behind
		releaseOther()
	})
}
