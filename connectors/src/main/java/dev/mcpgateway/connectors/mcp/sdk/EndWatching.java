package dev.mcpgateway.connectors.mcp.sdk;

import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;

/** Reads a body for another subscriber and tells when it has ended, in order, by failure, or by being given up. */
final class EndWatching<T> implements BodySubscriber<T> {
    private final BodySubscriber<T> subscriber;
    private final Runnable ended;

    EndWatching(BodySubscriber<T> subscriber, Runnable ended) {
        this.subscriber = subscriber;
        this.ended = ended;
    }

    @Override
    public CompletionStage<T> getBody() {
        return subscriber.getBody();
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
        subscriber.onSubscribe(new Flow.Subscription() {
            @Override
            public void request(long items) {
                subscription.request(items);
            }

            @Override
            public void cancel() {
                subscription.cancel();
                ended.run();
            }
        });
    }

    @Override
    public void onNext(List<ByteBuffer> item) {
        subscriber.onNext(item);
    }

    @Override
    public void onError(Throwable failed) {
        subscriber.onError(failed);
        ended.run();
    }

    @Override
    public void onComplete() {
        subscriber.onComplete();
        ended.run();
    }
}
