package main

import (
	"context"
	"fmt"
	"net"
	"time"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/structpb"
)

const (
	project = "bench"
	stack   = "dev"
	// The engine's own default: four for each of two processors.
	parallel = 8
	// The engine's limit of a message, in bytes.
	messageLimit = 400 * 1024 * 1024
	// A component that takes longer is broken.
	patience = 10 * time.Minute
)

// serve answers as monitor and engine on one loopback port.
func serve(m *monitor) (string, *grpc.Server, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	server := grpc.NewServer(grpc.MaxRecvMsgSize(messageLimit), grpc.MaxSendMsgSize(messageLimit))
	pulumirpc.RegisterResourceMonitorServer(server, m)
	pulumirpc.RegisterEngineServer(server, m)
	go func() { _ = server.Serve(listener) }()
	return listener.Addr().String(), server, nil
}

func dial(address string) (*grpc.ClientConn, error) {
	return grpc.NewClient(
		address,
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(messageLimit), grpc.MaxCallSendMsgSize(messageLimit)),
	)
}

// run starts a plugin, asks it for its Constructs and ends it.
func run(delay time.Duration, counts []int, command []string) (result, error) {
	if len(command) == 0 {
		return result{}, fmt.Errorf("no command")
	}
	m := newMonitor(delay)
	address, server, err := serve(m)
	if err != nil {
		return result{}, err
	}
	defer server.Stop()
	p, err := start(append(command, address))
	if err != nil {
		return result{}, err
	}
	defer p.end()
	measured, err := constructs(p, m, address, counts)
	if err != nil {
		return measured, fmt.Errorf("%w\n%s", err, p.words.String())
	}
	return measured, nil
}

func constructs(p *process, m *monitor, address string, counts []int) (result, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	measured := result{ToPort: milliseconds(p.toPort)}
	connection, err := dial(fmt.Sprintf("127.0.0.1:%d", p.port))
	if err != nil {
		return measured, err
	}
	defer func() { _ = connection.Close() }()
	plugin := pulumirpc.NewResourceProviderClient(connection)
	if err := prepare(ctx, plugin, address); err != nil {
		return measured, err
	}
	for index, count := range counts {
		request := constructRequest(fmt.Sprintf("sixty-%d", index), address, count)
		began := time.Now()
		response, err := plugin.Construct(ctx, request)
		took, since := time.Since(began), time.Since(p.began)
		if err != nil {
			return measured, fmt.Errorf("construct %d: %w", index+1, err)
		}
		if err := m.check(response.GetUrn(), count); err != nil {
			return measured, fmt.Errorf("construct %d: %w", index+1, err)
		}
		if response.GetState().GetFields()["lastId"].GetStringValue() == "" {
			return measured, fmt.Errorf("construct %d has no output `lastId`: %v", index+1, response.GetState())
		}
		used, err := p.usage()
		if err != nil {
			return measured, err
		}
		measured.Constructs = append(measured.Constructs, construct{
			Count:        count,
			Milliseconds: milliseconds(took),
			SinceStart:   milliseconds(since),
			PeakKiB:      used.peakKiB,
			Busy:         milliseconds(used.busy),
		})
	}
	if _, err := plugin.Cancel(ctx, &emptypb.Empty{}); err != nil && status.Code(err) != codes.Unimplemented {
		return measured, fmt.Errorf("cancel: %w", err)
	}
	m.mutex.Lock()
	defer m.mutex.Unlock()
	measured.Calls = m.calls
	return measured, nil
}

// prepare is what the engine does before the first Construct. What a plugin does not implement, the engine does without.
func prepare(ctx context.Context, plugin pulumirpc.ResourceProviderClient, address string) error {
	token := "pulumi:providers:bench"
	name, id := "default", "bench"
	urn := fmt.Sprintf("urn:pulumi:%s::%s::%s::%s", stack, project, token, name)
	nothing := &structpb.Struct{Fields: map[string]*structpb.Value{}}
	steps := []func() error{
		func() error {
			_, err := plugin.Handshake(ctx, &pulumirpc.ProviderHandshakeRequest{
				EngineAddress: address, ConfigureWithUrn: true, SupportsViews: true, InvokeWithPreview: true,
			}, grpc.WaitForReady(true))
			return err
		},
		func() error {
			_, err := plugin.GetPluginInfo(ctx, &emptypb.Empty{})
			return err
		},
		func() error {
			_, err := plugin.CheckConfig(ctx, &pulumirpc.CheckRequest{Urn: urn, News: nothing})
			return err
		},
		func() error {
			_, err := plugin.Configure(ctx, &pulumirpc.ConfigureRequest{
				Args: nothing, AcceptSecrets: true, AcceptResources: true, SendsOldInputs: true, Id: &id, Urn: &urn,
				Name: &name, Type: &token,
			})
			return err
		},
	}
	for _, step := range steps {
		if err := step(); err != nil && status.Code(err) != codes.Unimplemented {
			return err
		}
	}
	return nil
}

func constructRequest(name, address string, count int) *pulumirpc.ConstructRequest {
	return &pulumirpc.ConstructRequest{
		Project:         project,
		Stack:           stack,
		Organization:    "organization",
		Parallel:        parallel,
		MonitorEndpoint: address,
		Type:            componentType,
		Name:            name,
		Inputs: &structpb.Struct{Fields: map[string]*structpb.Value{
			"count": structpb.NewNumberValue(float64(count)),
			"size":  structpb.NewStringValue("small"),
		}},
		InputDependencies: map[string]*pulumirpc.ConstructRequest_PropertyDependencies{
			"count": {}, "size": {},
		},
		AcceptsOutputValues: true,
	}
}

// ceiling asks the monitor for as many registrations as a component of so many children, from a client that does
// nothing else: how fast it answers at most.
func ceiling(counts []int) (result, error) {
	m := newMonitor(0)
	address, server, err := serve(m)
	if err != nil {
		return result{}, err
	}
	defer server.Stop()
	connection, err := dial(address)
	if err != nil {
		return result{}, err
	}
	defer func() { _ = connection.Close() }()
	client := pulumirpc.NewResourceMonitorClient(connection)
	var measured result
	for _, count := range counts {
		began := time.Now()
		if err := register(client, count); err != nil {
			return measured, err
		}
		took := milliseconds(time.Since(began))
		measured.Constructs = append(measured.Constructs, construct{Count: count, Milliseconds: took})
	}
	return measured, nil
}

func register(client pulumirpc.ResourceMonitorClient, count int) error {
	component := &pulumirpc.RegisterResourceRequest{Type: componentType, Name: fmt.Sprintf("bare-%d", count)}
	registered, err := client.RegisterResource(context.Background(), component)
	if err != nil {
		return err
	}
	failures := make(chan error, count)
	for index := range count {
		go func() {
			_, err := client.RegisterResource(context.Background(), &pulumirpc.RegisterResourceRequest{
				Type: childType, Name: fmt.Sprintf("thing-%d", index), Parent: registered.GetUrn(), Custom: true,
				Object: &structpb.Struct{Fields: map[string]*structpb.Value{
					"size": structpb.NewStringValue("small"), "layer": structpb.NewNumberValue(1),
					"above": structpb.NewStringValue(""),
				}},
			})
			failures <- err
		}()
	}
	for range count {
		if err := <-failures; err != nil {
			return err
		}
	}
	return nil
}
