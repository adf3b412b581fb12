package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/emptypb"
)

// What the component and its children are called in every language.
const (
	componentType = "bench:index:Sixty"
	childType     = "cloud:index:Thing"
	layers        = 3
)

// monitor answers what a component asks of the engine, each call after the same delay, and keeps what it needs to
// tell whether the component did what was asked. It does no more than that: it must never be what is measured.
type monitor struct {
	pulumirpc.UnimplementedResourceMonitorServer
	pulumirpc.UnimplementedEngineServer
	delay time.Duration

	mutex      sync.Mutex
	calls      map[string]int
	components map[string]*ledger // by URN
	things     map[string]thing   // by URN
	urns       map[string]string  // id: URN
	complaints []string
}

// ledger is what became of one component.
type ledger struct {
	layers   [layers]int
	finished int
}

// thing is a child that was answered.
type thing struct {
	component string
	layer     int
}

func newMonitor(delay time.Duration) *monitor {
	return &monitor{
		delay:      delay,
		calls:      map[string]int{},
		components: map[string]*ledger{},
		things:     map[string]thing{},
		urns:       map[string]string{},
	}
}

// call counts a call and lets its time pass.
func (m *monitor) call(name string) {
	if m.delay > 0 {
		time.Sleep(m.delay)
	}
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.calls[name]++
}

// GetDeploymentInfo tells the features, as engines do since 3.259.
func (m *monitor) GetDeploymentInfo(context.Context, *emptypb.Empty) (*pulumirpc.DeploymentInfo, error) {
	m.call("GetDeploymentInfo")
	info := &pulumirpc.DeploymentInfo{Project: project, Stack: stack, Organization: "organization", Parallel: parallel}
	for feature := range pulumirpc.ResourceMonitorFeature_name {
		info.SupportedFeatures = append(info.SupportedFeatures, pulumirpc.ResourceMonitorFeature(feature))
	}
	return info, nil
}

// SupportsFeature says yes.
func (m *monitor) SupportsFeature(
	context.Context, *pulumirpc.SupportsFeatureRequest,
) (*pulumirpc.SupportsFeatureResponse, error) {
	m.call("SupportsFeature")
	return &pulumirpc.SupportsFeatureResponse{HasSupport: true}, nil
}

// RegisterPackage gives any reference.
func (m *monitor) RegisterPackage(
	context.Context, *pulumirpc.RegisterPackageRequest,
) (*pulumirpc.RegisterPackageResponse, error) {
	m.call("RegisterPackage")
	return &pulumirpc.RegisterPackageResponse{Ref: "package"}, nil
}

// RegisterResource gives a resource its URN and, where it is a child, an id that nobody could have guessed.
func (m *monitor) RegisterResource(
	_ context.Context, request *pulumirpc.RegisterResourceRequest,
) (*pulumirpc.RegisterResourceResponse, error) {
	// Whoever depends on another resource knows its id now, not only once the delay is over.
	above, known := m.above(request)
	m.call("RegisterResource")
	urn := urnOf(request)
	response := &pulumirpc.RegisterResourceResponse{Urn: urn, Result: pulumirpc.Result_SUCCESS}
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if request.GetType() == componentType && !request.GetCustom() {
		m.components[urn] = &ledger{}
		return response, nil
	}
	component := m.components[request.GetParent()]
	switch {
	case request.GetType() != childType || !request.GetCustom():
		m.complain("%s is neither the component nor a child", urn)
	case component == nil:
		m.complain("%s has the parent `%s`, which is no component", urn, request.GetParent())
	case !known || above.layer+1 >= layers || len(request.GetObject().GetFields()) != 3:
		m.complain("the inputs of %s are not those of a child: %v", urn, request.GetObject())
	case above.layer >= 0 && (above.component != request.GetParent() || len(request.GetDependencies()) != 1):
		m.complain("%s depends on %v", urn, request.GetDependencies())
	default:
		if _, twice := m.things[urn]; twice {
			m.complain("%s was registered twice", urn)
		}
		component.layers[above.layer+1]++
	}
	id := "i-" + strconv.FormatInt(int64(len(m.things))*7919+104729, 36)
	m.things[urn] = thing{component: request.GetParent(), layer: above.layer + 1}
	m.urns[id] = urn
	response.Id, response.Object = id, request.GetObject()
	return response, nil
}

// above finds the child of the layer above that this one names by its id; layer -1 for what names none.
func (m *monitor) above(request *pulumirpc.RegisterResourceRequest) (thing, bool) {
	id := request.GetObject().GetFields()["above"].GetStringValue()
	if id == "" {
		return thing{layer: -1}, true
	}
	m.mutex.Lock()
	defer m.mutex.Unlock()
	urn, known := m.urns[id]
	return m.things[urn], known
}

// RegisterResourceOutputs finishes a component.
func (m *monitor) RegisterResourceOutputs(
	_ context.Context, request *pulumirpc.RegisterResourceOutputsRequest,
) (*emptypb.Empty, error) {
	m.call("RegisterResourceOutputs")
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if component := m.components[request.GetUrn()]; component != nil {
		component.finished++
		if request.GetOutputs().GetFields()["lastId"].GetStringValue() == "" {
			m.complain("%s finished without its output", request.GetUrn())
		}
	} else {
		m.complain("outputs of `%s`, which is no component", request.GetUrn())
	}
	return &emptypb.Empty{}, nil
}

// Log keeps what went wrong.
func (m *monitor) Log(_ context.Context, request *pulumirpc.LogRequest) (*emptypb.Empty, error) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if request.GetSeverity() >= pulumirpc.LogSeverity_WARNING {
		m.complain("logged: %s", request.GetMessage())
	}
	return &emptypb.Empty{}, nil
}

// complain notes what a component did wrong; the caller holds the lock.
func (m *monitor) complain(format string, arguments ...any) {
	m.complaints = append(m.complaints, fmt.Sprintf(format, arguments...))
}

// check says what is wrong with a component of so many children, which is finished.
func (m *monitor) check(urn string, count int) error {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if len(m.complaints) > 0 {
		shown := m.complaints[:min(3, len(m.complaints))]
		return fmt.Errorf("%d complaints, the first: %s", len(m.complaints), strings.Join(shown, "; "))
	}
	component := m.components[urn]
	if component == nil {
		return fmt.Errorf("it answered the URN `%s`, which was never registered", urn)
	}
	for layer, made := range component.layers {
		// The first layers take what three does not divide.
		if wanted := (count + layers - 1 - layer) / layers; made != wanted {
			return fmt.Errorf("layer %d of %s has %d children instead of %d", layer+1, urn, made, wanted)
		}
	}
	if component.finished != 1 {
		return fmt.Errorf("%s was finished %d times", urn, component.finished)
	}
	return nil
}

// urnOf is the URN as the engine makes it: the types from the outermost component on, then the name.
func urnOf(request *pulumirpc.RegisterResourceRequest) string {
	types := request.GetType()
	if parts := strings.Split(request.GetParent(), "::"); len(parts) == 4 {
		types = parts[2] + "$" + types
	}
	return fmt.Sprintf("urn:pulumi:%s::%s::%s::%s", stack, project, types, request.GetName())
}
