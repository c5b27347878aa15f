package build

import (
	"runtime/debug"
	"testing"
)

// TestIdentify: a build says what it is, whether the package script made it, go install, or go build in a checkout.
func TestIdentify(t *testing.T) {
	const at = "2026-11-29T17:03:54Z"
	checkout := []debug.BuildSetting{{Key: "vcs.revision", Value: "e117"}, {Key: "vcs.time", Value: at},
		{Key: "vcs.modified", Value: "true"}}
	for name, c := range map[string]struct {
		told Identity
		info debug.BuildInfo
		want Identity
	}{
		"package script": {Identity{Version: "0.1.0", Commit: "abc", Date: at}, debug.BuildInfo{Settings: checkout},
			Identity{Version: "0.1.0", Commit: "abc", Date: at}},
		"go install": {Identity{}, debug.BuildInfo{Main: debug.Module{Version: "v0.1.0"}},
			Identity{Version: "0.1.0", Commit: "unknown", Date: "unknown"}},
		"checkout": {Identity{}, debug.BuildInfo{Main: debug.Module{Version: "(devel)"}, Settings: checkout},
			Identity{Version: "development", Commit: "e117", Date: at, Modified: true}},
		"nothing known": {Identity{}, debug.BuildInfo{}, Identity{Version: "development", Commit: "unknown",
			Date: "unknown"}},
	} {
		if got := Identify(c.told, &c.info); got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}
