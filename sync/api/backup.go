package api

import (
	"io"

	"zoomtag/store"
)

// BackupReport says what a backup is made of: how many bytes of state come, and which sign-ins go with them, files of
// this machine.
type BackupReport struct {
	Bytes   int64    `json:"bytes"`
	SignIns []string `json:"sign_ins"`
	// Opened is a folder of sign-ins that were taken out of a shared state for the one who asks, to be removed; "":
	// there is none.
	Opened string `json:"opened,omitempty"`
}

// TakeBackup is told what comes, and returns where the state is to be written.
type TakeBackup func(BackupReport) (io.Writer, error)

// VerifyReport is the document of `verify --json`.
type VerifyReport struct {
	File string `json:"file"`
	store.Summary
	SignIns int `json:"sign_ins"`
}
