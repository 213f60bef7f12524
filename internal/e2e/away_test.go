package e2e_test

import "syscall"

// away starts a process without the terminal that the tests may run on: what
// asks a person must say so instead of waiting.
func away() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }
