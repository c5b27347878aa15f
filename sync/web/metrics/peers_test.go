//go:build peers

package metrics

import (
	"os/exec"
	"strings"
	"testing"
)

// promtool runs Prometheus's own tool.
func promtool(t *testing.T, stdin string, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "promtool", args...)
	cmd.Stdin = strings.NewReader(stdin)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("promtool %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

// TestPromtool: Prometheus itself takes the rules for good, has them fire when they are to, and finds nothing wrong
// with a scrape.
func TestPromtool(t *testing.T) {
	promtool(t, "", "check", "rules", "../../../docs/monitoring/alerts.yml")
	promtool(t, "", "test", "rules", "testdata/alerts_test.yml")
	promtool(t, scraped(t, busy()), "check", "metrics")
}
