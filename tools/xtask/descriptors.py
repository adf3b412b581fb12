"""Write the descriptors of Pulumi's gRPC services to standard output, as a serialized FileDescriptorSet.

The PyPI package `pulumi` carries them, so neither protoc nor a copy of the .proto files is needed.
"""

import sys

from google.protobuf import descriptor_pb2
from pulumi.runtime.proto import engine_pb2, errors_pb2, provider_pb2, resource_pb2


def collect(descriptor, files):
    """Add `descriptor` after everything that it imports."""
    if descriptor.name in files:
        return
    for dependency in descriptor.dependencies:
        collect(dependency, files)
    files[descriptor.name] = descriptor_pb2.FileDescriptorProto()
    descriptor.CopyToProto(files[descriptor.name])


def main():
    """Collect the files of the services we speak, dependencies first."""
    files = {}
    for module in (provider_pb2, resource_pb2, engine_pb2, errors_pb2):
        collect(module.DESCRIPTOR, files)
    sys.stdout.buffer.write(descriptor_pb2.FileDescriptorSet(file=files.values()).SerializeToString())


if __name__ == "__main__":
    main()
