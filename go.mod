module zoomtag

go 1.26.0

require (
	github.com/coreos/go-systemd/v22 v22.7.0 // READY and WATCHDOG messages to systemd
	github.com/emersion/go-ical v0.0.0-20250609112844-439c63cef608 // second opinion on every edit of a calendar file; newer than the last tag, which ignores RDATE
	github.com/fsnotify/fsnotify v1.10.1 // notices a saved file at once
	github.com/robfig/cron/v3 v3.0.1 // schedules: five fields, CRON_TZ, @every
	github.com/spf13/cobra v1.10.2 // commands, flags, completions, man pages
	github.com/teambition/rrule-go v1.8.2 // occurrences of recurring events
	go.etcd.io/bbolt v1.5.0 // the state: one file, transactions, survives power cuts
	go.yaml.in/yaml/v3 v3.0.6 // configuration, with the line of each mistake
	golang.org/x/oauth2 v0.37.0 // access tokens
	golang.org/x/sys v0.49.0 // stat of ten thousand files without the cost of package os
	golang.org/x/term v0.47.0 // whether a screen is there
)

require (
	github.com/cpuguy83/go-md2man/v2 v2.0.6 // indirect
	github.com/inconshreveable/mousetrap v1.1.0 // indirect
	github.com/russross/blackfriday/v2 v2.1.0 // indirect
	github.com/spf13/pflag v1.0.10 // indirect
)
