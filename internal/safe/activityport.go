package safe

import "context"

// Activities counts what mediators do, for their structure's figures.
type Activities interface {
	// Add adds to what there is of this structure, month, safe and kind.
	Add(ctx context.Context, c ActivityCount) error
	// Of lists a structure's between two months, both included, by month, safe
	// and kind.
	Of(ctx context.Context, s StructureID, first, last string) ([]ActivityCount, error)
}
