// The function that the bench puts beside ours: the same AWS clients, made at the start as ours are, and a batch of a queue
// answered. It speaks the Runtime API itself, with less around it than Lambda's own Node.js runtime has.

import { Buffer } from "node:buffer";
import http from "node:http";

import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { ConfigServiceClient } from "@aws-sdk/client-config-service";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { S3Client } from "@aws-sdk/client-s3";
import { SNSClient } from "@aws-sdk/client-sns";
import { SQSClient } from "@aws-sdk/client-sqs";

const clients = {
    cloudwatch: new CloudWatchClient({}),
    config: new ConfigServiceClient({}),
    dynamodb: new DynamoDBClient({}),
    lambda: new LambdaClient({}),
    s3: new S3Client({}),
    sns: new SNSClient({}),
    sqs: new SQSClient({}),
};
const agent = new http.Agent({ keepAlive: true });
const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(":");

function request(method, path, body) {
    return new Promise((resolve, reject) => {
        const asked = http.request({ host, port, agent, method, path: `/2018-06-01/runtime/${path}` }, (answer) => {
            const parts = [];
            answer.on("data", (part) => parts.push(part));
            answer.on("end", () => resolve({ headers: answer.headers, body: Buffer.concat(parts).toString() }));
        });
        asked.on("error", reject);
        asked.end(body);
    });
}

async function handle(event) {
    const failed = [];
    for (const record of event.Records) {
        const known = Object.keys(clients).length;
        if (known === 0) failed.push({ itemIdentifier: record.messageId });
    }
    return { batchItemFailures: failed };
}

for (;;) {
    const next = await request("GET", "invocation/next");
    const answer = await handle(JSON.parse(next.body));
    await request("POST", `invocation/${next.headers["lambda-runtime-aws-request-id"]}/response`, JSON.stringify(answer));
}
