package daemon

import (
	"context"
	"fmt"
	"os"
	"sync/atomic"
	"time"

	"zoomtag/providers/words"
	"zoomtag/store"
)

// work makes the daemon one of the workers that share the store, until ctx ends: then what is in hand is finished, and
// everything is handed over.
func (d *daemon) work(ctx context.Context) {
	changed := make(chan struct{}, 1)
	var said atomic.Value
	said.Store("")
	options := store.WorkerOptions{Name: workerName(), Version: d.Version,
		Touched: func(names []string) { go d.service.Load().Nudge(names) },
		Asked:   func() { go d.service.Load().AnswerAsked(ctx) },
		Changed: func() {
			select {
			case changed <- struct{}{}:
			default: // whoever looks next sees this as well
			}
		},
		Failed: func(err error) {
			if text := words.Of(err); said.Swap(text) != text {
				d.Log.Error("the shared state cannot be reached: nothing is begun until it answers", "reason", text)
			}
		}}
	watching, end := context.WithCancel(context.Background())
	defer end()
	go func() {
		for {
			select {
			case <-watching.Done():
				return
			case <-changed:
				said.Store("")
				d.service.Load().Divide()
			}
		}
	}()
	if err := d.st.Work(ctx, options); err != nil && ctx.Err() != nil {
		d.Log.Warn("the calendars could not be handed over: others take them within seconds", "reason", words.Of(err))
	} else if err != nil {
		d.Log.Error("this daemon cannot share the state", "reason", words.Of(err))
	}
}

// workerName is what people call this worker: the machine, and the process on it.
func workerName() string {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	return fmt.Sprintf("%s:%d", host, os.Getpid())
}

// whenever does a job that only one worker may do, again and again with a pause between, whenever it is this daemon's.
// The context of do ends when it is so no more.
func (d *daemon) whenever(ctx context.Context, job string, pause time.Duration, do func(ctx context.Context)) {
	for {
		rest := jobPause
		if held, release, ok := d.st.Hold(ctx, job, ""); ok {
			do(held)
			release()
			rest = pause
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(rest):
		}
	}
}

// jobPause is how often a daemon looks whether a job has become its own.
const jobPause = time.Second
