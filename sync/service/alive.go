package service

import (
	"context"
	"errors"
	"time"

	"zoomtag/sync/api"
	"zoomtag/sync/api/socket"
)

// answers is how long a daemon may take for its status.
const answers = 10 * time.Second

// Alive asks the daemon beside a state for its version, through its control socket.
func Alive(ctx context.Context, state string) (version string, err error) {
	limited, cancel := context.WithTimeout(ctx, answers)
	defer cancel()
	daemon, err := socket.Dial(limited, state)
	if daemon == nil || err != nil {
		return "", err
	}
	report, err := daemon.Status(limited, api.StatusRequest{})
	if err == nil && report.Version == "" {
		report.Version = "unknown" // of before versions were told
	}
	return report.Version, errors.Join(err, daemon.Close())
}
